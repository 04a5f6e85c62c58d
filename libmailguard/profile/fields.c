/*
 * fields.c - the tables of members. A new one is a row here, a line in
 * profile.h and one in docs/schema/profile.json.
 */
#include "profile/fields.h"

#include <stddef.h>

#define IN_ACCOUNT(member) offsetof(mailguard_account, member)
#define IN_SERVER(member) offsetof(mailguard_server, member)
#define IN_PROVIDER(member) offsetof(mailguard_provider, member)
#define IN_STORE(member) offsetof(mailguard_storage, member)
#define IN_ORIGIN(member) offsetof(mailguard_origin, member)

static const mgi_field account[] = {
	{ "id", MGI_FIELD_ID, IN_ACCOUNT(id), 0, 0, false },
	{ "uuid", MGI_FIELD_TEXT, IN_ACCOUNT(uuid), 0, 0, false },
	{ "label", MGI_FIELD_TEXT, IN_ACCOUNT(label), 0, 0, false },
	{ "address", MGI_FIELD_TEXT, IN_ACCOUNT(address), 0, 0, true },
	{ "name", MGI_FIELD_TEXT, IN_ACCOUNT(name), 0, 0, false },
	{ "reply_to", MGI_FIELD_TEXT, IN_ACCOUNT(reply_to), 0, 0, false },
	{ "server_in", MGI_FIELD_REF, IN_ACCOUNT(server_in), MGI_ITEM_SERVER, 0,
	  false },
	{ "server_out", MGI_FIELD_REF, IN_ACCOUNT(server_out), MGI_ITEM_SERVER,
	  0, false },
	{ "user_in", MGI_FIELD_TEXT, IN_ACCOUNT(user_in), 0, 0, false },
	{ "user_out", MGI_FIELD_TEXT, IN_ACCOUNT(user_out), 0, 0, false },
	{ "auth_in", MGI_FIELD_TEXT, IN_ACCOUNT(auth_in), 0, 0, false },
	{ "auth_out", MGI_FIELD_TEXT, IN_ACCOUNT(auth_out), 0, 0, false },
	{ "provider", MGI_FIELD_REF, IN_ACCOUNT(provider), MGI_ITEM_PROVIDER, 0,
	  false },
	{ "store", MGI_FIELD_REF, IN_ACCOUNT(store), MGI_ITEM_STORE, 0, false },
	{ "webmail", MGI_FIELD_URL, IN_ACCOUNT(webmail), 0, 0, false },
	{ "backup", MGI_FIELD_REF, IN_ACCOUNT(backup), MGI_ITEM_ACCOUNT, 0,
	  false },
	{ "secret", MGI_FIELD_TEXT, IN_ACCOUNT(secret), 0, 0, false },
	{ "phone", MGI_FIELD_TEXT, IN_ACCOUNT(phone), 0, 0, false },
	{ "leave_on_server", MGI_FIELD_FLAG, IN_ACCOUNT(leave_on_server), 0, -1,
	  false },
	{ "leave_days", MGI_FIELD_NUMBER, IN_ACCOUNT(leave_days), 0, 0, false },
	{ "secret_stored", MGI_FIELD_FLAG, IN_ACCOUNT(secret_stored), 0, 0,
	  false },
	{ NULL, MGI_FIELD_TEXT, 0, 0, 0, false },
};

static const mgi_field server[] = {
	{ "id", MGI_FIELD_ID, IN_SERVER(id), 0, 0, false },
	{ "provider", MGI_FIELD_REF, IN_SERVER(provider), MGI_ITEM_PROVIDER, 0,
	  false },
	{ "protocol", MGI_FIELD_PROTOCOL, IN_SERVER(protocol), 0, 0, true },
	{ "host", MGI_FIELD_TEXT, IN_SERVER(host), 0, 0, true },
	{ "address", MGI_FIELD_TEXT, IN_SERVER(address), 0, 0, false },
	{ "port", MGI_FIELD_NUMBER, IN_SERVER(port), 0, 0, false },
	{ "tls", MGI_FIELD_TLS, IN_SERVER(tls), 0, 0, true },
	{ NULL, MGI_FIELD_TEXT, 0, 0, 0, false },
};

static const mgi_field provider[] = {
	{ "id", MGI_FIELD_ID, IN_PROVIDER(id), 0, 0, false },
	{ "name", MGI_FIELD_TEXT, IN_PROVIDER(name), 0, 0, false },
	{ "status", MGI_FIELD_URL, IN_PROVIDER(status), 0, 0, false },
	{ "phone", MGI_FIELD_TEXT, IN_PROVIDER(phone), 0, 0, false },
	{ NULL, MGI_FIELD_TEXT, 0, 0, 0, false },
};

static const mgi_field store[] = {
	{ "id", MGI_FIELD_ID, IN_STORE(id), 0, 0, false },
	{ "kind", MGI_FIELD_TEXT, IN_STORE(kind), 0, 0, false },
	{ "path", MGI_FIELD_TEXT, IN_STORE(path), 0, 0, true },
	{ "file", MGI_FIELD_TEXT, IN_STORE(file), 0, 0, false },
	{ "client", MGI_FIELD_TEXT, IN_STORE(client), 0, 0, false },
	{ "version", MGI_FIELD_TEXT, IN_STORE(version), 0, 0, false },
	{ "place", MGI_FIELD_PLACE, IN_STORE(place), 0, 0, false },
	{ NULL, MGI_FIELD_TEXT, 0, 0, 0, false },
};

static const mgi_field origin[] = {
	{ "account", MGI_FIELD_REF, IN_ORIGIN(account), MGI_ITEM_ACCOUNT, 0,
	  false },
	{ "server", MGI_FIELD_REF, IN_ORIGIN(server), MGI_ITEM_SERVER, 0,
	  false },
	{ "store", MGI_FIELD_REF, IN_ORIGIN(store), MGI_ITEM_STORE, 0, false },
	{ "field", MGI_FIELD_TEXT, IN_ORIGIN(field), 0, 0, true },
	{ "file", MGI_FIELD_TEXT, IN_ORIGIN(file), 0, 0, true },
	{ "key", MGI_FIELD_TEXT, IN_ORIGIN(key), 0, 0, false },
	{ NULL, MGI_FIELD_TEXT, 0, 0, 0, false },
};

const mgi_field *const mgi_fields[MGI_ITEM_KINDS] = { account, server, provider,
	                                              store, origin };
