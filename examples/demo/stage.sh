# What the demo plays on: mail files, servers, profiles; read by run.sh.
# It happens in Japan.
TZ=JST-9
export TZ

# mails ADDRESS HOURS FILE - an Outlook data file of 40 messages, one a day, the
# last so long ago
mails() {
	"$mailer" "$3" "$1" "$mail_subject" 40 $(($(date +%s) - $2 * 3600))
}

# The cloud folder as a sync service left it, and one folder it does not touch.
make_mail() {
	cloud=Users/u/OneDrive/メール
	mkdir -p "$cloud" Users/u/Mail
	mails info@office.example 50 "$cloud/info.pst"
	mails sales@shop.example 50 "$cloud/sales.pst"
	mails orders@shop.example 50 "$cloud/orders.pst"
	mails owner@shop.example 1 Users/u/Mail/owner.pst
	# A piece never came back from the cloud: zero bytes.
	dd if=/dev/zero of="$cloud/info.pst" bs=65536 seek=4 count=1 \
		conv=notrunc 2>/dev/null
	# Nor did the first one, with the header in it.
	dd if=/dev/zero of="$cloud/sales.pst" bs=65536 count=1 \
		conv=notrunc 2>/dev/null
	# A piece of elsewhere came in its place.
	dd if="$cloud/orders.pst" of=piece bs=65536 skip=3 count=1 2>/dev/null
	dd if=piece of="$cloud/orders.pst" bs=65536 seek=7 count=1 \
		conv=notrunc 2>/dev/null
	rm piece
}

# moment SECONDS FORMAT - so long from now, in Japan
moment() {
	date -d "@$(($(date +%s) + $1))" "$2"
}

# The page of hoster A: maintenance since an hour ago, for three hours more.
make_page() {
	iso=+%Y-%m-%dT%H:%M:00+09:00
	since=$(moment -3600 $iso) until=$(moment 10800 $iso)
	window_from=$(moment -7200 $iso)
	mkdir pages
	cat >pages/status.html <<-END
		<!DOCTYPE html>
		<html lang="$lang"><head><meta charset="utf-8">
		<title>$page_title</title></head><body>
		<h1>$page_title</h1>
		<h2>$page_name</h2>
		<p>$page_text</p>
		<p>$page_host mail.a.example</p>
		<p>$page_from $(moment -3600 '+%Y-%m-%d %H:%M JST')</p>
		<p>$page_end $(moment 10800 '+%Y-%m-%d %H:%M JST')</p>
		</body></html>
	END
}

# One server program answers for all; at the port "stopped" nobody does.
serve() {
	make_page
	for login in info@office.example sales@shop.example orders@shop.example \
		owner@shop.example wasabitaro@domain.example \
		eigyo@backupdomain.example; do
		printf '%s\t%s-secret\n' "$login" "${login%@*}"
	done >passwords.tsv
	: >ports.json
	"$server" --folder "$work" --pages pages --accounts passwords.tsv \
		>>ports.json &
	serving=$!
	tries=100
	until grep -q '}' ports.json; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] && kill -0 "$serving" || {
			echo 'demo: the servers do not start' >&2
			exit 1
		}
		sleep 0.1
	done
}

# port SERVICE - where the server program answers for it
port() {
	sed -n "s|.*\"$1\":\([0-9]*\).*|\1|p" ports.json
}

# server ID PROVIDER HOST PROTOCOL TLS PORT
server_row() {
	printf '{"id":"%s","provider":"%s","host":"%s","address":"127.0.0.1",' \
		"$1" "$2" "$3"
	printf '"protocol":"%s","tls":"%s","port":%s}' "$4" "$5" "$6"
}

# account ID ADDRESS SERVER PROVIDER - and what more there is to say of it
account_row() {
	printf '{"id":"%s","address":"%s","user_in":"%s","user_out":"%s",' \
		"$1" "$2" "$2" "$2"
	printf '"server_in":"%s-in","server_out":"%s-out","provider":"%s"%s}' \
		"$3" "$3" "$4" "${5-}"
}

make_profile1() {
	cat >office.json <<-END
		{"schema":"mailguard-profile-1",
		"accounts":[
		$(account_row info info@office.example own own ',"store":"info"'),
		$(account_row sales sales@shop.example other other ',"store":"sales"'),
		$(account_row orders orders@shop.example other other ',"store":"orders"'),
		$(account_row owner owner@shop.example other other ',"store":"owner"')],
		"servers":[
		$(server_row own-in own mail.a.example pop3 implicit "$(port pop3s)"),
		$(server_row own-out own mail.a.example submission implicit "$(port smtps)"),
		$(server_row other-in other mail.b.example imap starttls "$(port imap)"),
		$(server_row other-out other mail.b.example submission starttls \
		"$(port submission)")],
		"providers":[{"id":"own","name":"$hoster_own"},
		{"id":"other","name":"$hoster_other"}],
		"stores":[
		{"id":"info","kind":"pst",
		"path":"C:\\\\Users\\\\u\\\\OneDrive\\\\メール\\\\info.pst"},
		{"id":"sales","kind":"pst",
		"path":"C:\\\\Users\\\\u\\\\OneDrive\\\\メール\\\\sales.pst"},
		{"id":"orders","kind":"pst",
		"path":"C:\\\\Users\\\\u\\\\OneDrive\\\\メール\\\\orders.pst"},
		{"id":"owner","kind":"pst",
		"path":"C:\\\\Users\\\\u\\\\Mail\\\\owner.pst"}]}
	END
}

make_profile2() {
	page=http://127.0.0.1:$(port http)/status.html
	cat >wasabi.json <<-END
		{"schema":"mailguard-profile-1",
		"accounts":[
		$(account_row wasabitaro wasabitaro@domain.example a a \
		',"backup":"eigyo","phone":"052-000-0000"'),
		$(account_row eigyo eigyo@backupdomain.example b b)],
		"servers":[
		$(server_row a-in a mail.a.example imap implicit "$(port stopped)"),
		$(server_row a-out a mail.a.example submission implicit \
		"$(port stopped)"),
		$(server_row b-in b mail.b.example imap implicit "$(port imaps)"),
		$(server_row b-out b mail.b.example submission implicit \
		"$(port smtps)")],
		"providers":[{"id":"a","name":"$hoster_a","status":"$page"},
		{"id":"b","name":"$hoster_b"}]}
	END
}
