user_pref("mail.accountmanager.accounts", "account1");
user_pref("mail.account.account1.server", "s1");
user_pref("mail.server.s1.type", "pop3");
user_pref("mail.server.s1.hostname", "p\u00e9.example");
user_pref("mail.server.s1.directory-rel", "[ProfD]Mail/x");
