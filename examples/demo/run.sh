#!/bin/sh
# The two stories this library was made for, played by the program itself on
# mail files, servers and a status page of their own, all on this machine:
#
#	$ examples/demo/run.sh build/release/bin/mailguard en
#
# Everything lies in a temporary folder that is gone afterwards. Exits 0 if
# every scene ends as it should.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
server=$(dirname "$program")/mailguard-demo-server
mailer=$(dirname "$program")/mailguard-demo-mail
lang=${2:-ja}

case $lang in
ja | en) . "$here/words.$lang.sh" ;;
*)
	echo "demo: --lang is ja or en, not '$lang'" >&2
	exit 2
	;;
esac
for needed in "$program" "$server" "$mailer"; do
	[ -x "$needed" ] || {
		echo "demo: $needed is not there; ./dev build makes it" >&2
		exit 2
	}
done

work=$(mktemp -d "${TMPDIR:-/tmp}/mailguard-demo.XXXXXX")
serving=
clean() {
	if [ -n "$serving" ]; then
		kill "$serving" 2>/dev/null || :
		wait "$serving" 2>/dev/null || :
	fi
	rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
cd "$work"
. "$here/stage.sh"

# say TEXT... - the voice that tells the story
say() {
	printf '\n'
	printf '%s\n' "$@"
}

# run STATUS ARGUMENT... - call the program as a person would, show the call,
# and insist on how it ends
run() {
	expected=$1
	shift
	printf '\n$ mailguard'
	for argument in "$@"; do
		case $argument in
		*[!A-Za-z0-9@%+=:,./_-]*) printf " '%s'" "$argument" ;;
		*) printf ' %s' "$argument" ;;
		esac
	done
	printf '\n\n'
	status=0
	"$program" "$@" --lang "$lang" || status=$?
	[ "$status" = "$expected" ] || {
		echo "demo: exit status $status instead of $expected" >&2
		exit 1
	}
}

make_mail
serve

say "$scene1" "$scene1_what"
make_profile1
run 1 checkup office.json --map 'C:\Users\u=Users/u' \
	--ca-file ca.pem --secrets-table-command 'cat passwords.tsv' \
	--saw 'info receive fail 0x800CCC0F' --saw 'info send fail' \
	--saw 'sales receive fail 0x800CCC0F' --saw 'sales send fail' \
	--saw 'orders receive fail 0x800CCC0F' --saw 'orders send fail' \
	--saw 'owner receive ok' --saw 'owner send ok'

say "$scene1_backup"
printf '\n$ cp -Rp Users/u/OneDrive/メール backup\n'
cp -Rp Users/u/OneDrive/メール backup
say "$scene1_rebuild"
for name in info sales orders; do
	run 1 rebuild backup/$name.pst $name.pst
done
say "$scene1_check"
run 0 check info.pst sales.pst orders.pst
say "$scene1_end"

say "$scene2" "$scene2_what"
make_profile2
run 1 checkup wasabi.json --ca-file ca.pem \
	--secrets-table-command 'cat passwords.tsv' \
	--saw 'wasabitaro receive fail 0x800CCC0E' \
	--saw 'wasabitaro send fail 0x800CCC0E' \
	--saw 'eigyo receive ok' --saw 'eigyo send ok'
say "$scene2_notice"
run 0 notice wasabi.json --account wasabitaro --company "$company" \
	--since "$since" --until "$until" --window-from "$window_from"

say "$the_end"
