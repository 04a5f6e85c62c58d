/* Settings as each program keeps them, made for the tests. */
#include "profile/record.h"

/* clang-format off */

#define OE \
 "<?xml version=\"1.0\"?>\r\n<MessageAccount>\r\n" \
 "<Account_Name type=\"SZ\">Shop</Account_Name>\r\n" \
 "<IMAP_Server type=\"SZ\">imap.hoster.example</IMAP_Server>\r\n" \
 "<IMAP_User_Name type=\"SZ\">info</IMAP_User_Name>\r\n" \
 "<IMAP_Port type=\"DWORD\">000003e1</IMAP_Port>\r\n" \
 "<IMAP_Secure_Connection type=\"DWORD\">00000001" \
 "</IMAP_Secure_Connection>\r\n" \
 "<IMAP_Password2 type=\"BINARY\">deadbeef</IMAP_Password2>\r\n" \
 "<SMTP_Server type=\"SZ\">smtp.hoster.example</SMTP_Server>\r\n" \
 "<SMTP_Port type=\"DWORD\">0000024b</SMTP_Port>\r\n" \
 "<SMTP_Secure_Connection type=\"DWORD\">00000001" \
 "</SMTP_Secure_Connection>\r\n" \
 "<SMTP_Use_Sicily type=\"DWORD\">00000002</SMTP_Use_Sicily>\r\n" \
 "<SMTP_Display_Name type=\"SZ\">Ann &amp; Bo</SMTP_Display_Name>\r\n" \
 "<SMTP_Email_Address type=\"SZ\">info@shop.example" \
 "</SMTP_Email_Address>\r\n</MessageAccount>\r\n"

#define PRF \
 "[General]\r\nCustom=1\r\nDefaultStore=Service2\r\n\r\n" \
 "[Service List]\r\nService1=Unicode Personal Folders\r\n" \
 "Service2=Unicode Personal Folders\r\n\r\n" \
 "[Internet Account List]\r\nAccount1=I_Mail\r\n" \
 "Account2=IMAP_I_Mail\r\n\r\n" \
 "[Service1]\r\nPathToPersonalFolders=C:\\Mail\\old.pst\r\n\r\n" \
 "[Service2]\r\nPathToPersonalFolders=D:\\Mail\\new.pst\r\n\r\n" \
 "[Account1]\r\nAccountName=Shop\r\nEmailAddress=info@shop.example" \
 "\r\nPOP3Server=pop.hoster.example\r\nPOP3UserName=info\r\n" \
 "POP3Port=110\r\nSMTPServer=smtp.hoster.example\r\nSMTPPort=465" \
 "\r\nSMTPUseSSL=1\r\nSMTPUseAuth=1\r\nLeaveOnServer=0x10000\r\n" \
 "\r\n[Account2]\r\nEmailAddress=ann@shop.example\r\n" \
 "IMAPServer=imap.hoster.example\r\nIMAPUserName=ann\r\n" \
 "IMAPPort=993\r\nIMAPUseSSL=1\r\nSMTPServer=smtp.hoster.example" \
 "\r\nSMTPPort=587\r\nSMTPSecureConnection=2\r\n"

/* In the code page of a Japanese Windows. */
#define BECKY \
 "[Account]\r\nName=\x89\xef\x8e\xd0\r\nYourName=\x8e\x52\x88\xa8\x20" \
 "\x91\xbe\x98\x59\r\nMailAddress=info@shop.example\r\nProtocol=1\r\n" \
 "MailServer=imap.hoster.example\r\nUserID=info\r\nPassWd=c2VjcmV0\r\n" \
 "POP3Port=110\r\nIMAP4Port=993\r\nSSLPOP=0\r\nSSLIMAP=1\r\n" \
 "SMTPServer=smtp.hoster.example\r\nSMTPPort=587\r\nSSLSMTP=1\r\n" \
 "SMTPAUTH=1\r\n"

#define PAIR(key, value) "<key>" key "</key><string>" value "</string>\n"
#define APPLE \
 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" \
 "<plist version=\"1.0\"><dict><key>PayloadContent</key><array>\n" \
 "<dict>" PAIR("PayloadType", \
	       "com.apple.wifi.managed") "</dict>\n" \
					 "<dict>" PAIR( \
						 "EmailAccountDescription", \
						 "Shop") PAIR("EmailAccountTy" \
	                                                      "pe", \
	                                                      "EmailTypeIMAP") \
						 PAIR("EmailAddress", "info@" \
	                                                              "shop." \
	                                                              "exampl" \
	                                                              "e") PAIR( \
							 "IncomingMailServerH" \
	                                                 "ostName", \
							 "imap.hoster." \
	                                                 "example") "<key>" \
	                                                            "Incoming" \
	                                                            "MailServ" \
	                                                            "erPortNu" \
	                                                            "mber</" \
	                                                            "key><" \
	                                                            "integer>" \
	                                                            "143</" \
	                                                            "integer>" \
	                                                            "\n" \
								    "<key>" \
	                                                            "Incoming" \
	                                                            "MailServ" \
	                                                            "erUseSSL" \
	                                                            "</" \
	                                                            "key><" \
	                                                            "true/" \
	                                                            ">" \
	                                                            "\n" PAIR( \
									    "IncomingMailServerUsername", \
									    "info") PAIR("IncomingMailServerAuthentication", \
	                                                                                 "EmailAuthCRAMMD5") \
									    PAIR("IncomingPassword", "secret") PAIR( \
										    "OutgoingMailServerHostName", \
										    "smtp.hoster.example") "<key>OutgoingMailServerPortNumber</key><integer>465</integer>\n" \
													   "<key>OutgoingMailServerUseSSL</key><true/>\n" PAIR( \
														   "PayloadType", \
														   "com.apple.mail.managed") "</dict></array>\n" PAIR("PayloadType", \
	                                                                                                                                                              "Configuration") "</dict></plist>\n"

#define POX \
 "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Autodiscover>" \
 "<Response><Account><Protocol><Type>EXCH</Type>" \
 "<Server>x.example</Server></Protocol>\n<Protocol><Type>IMAP</Type>" \
 "<Server>imap.hoster.example</Server><Port>143</Port>" \
 "<LoginName>info</LoginName><SSL>on</SSL></Protocol>\n" \
 "<Protocol><Type>SMTP</Type><Server>smtp.hoster.example</Server>" \
 "<Port>465</Port><Encryption>SSL</Encryption></Protocol>" \
 "</Account></Response></Autodiscover>\n"

#define V(id, type, len) type "\x03" id len "\0\0\0"
#define IAF \
 "fMAI\0\0\x05\0\x01\0\0\0" V("\x35\x12", "\xf0", "\x05") "Shop\0" V( \
	 "\xc4\x13", "\xf0", \
	 "\x13") "pop.hoster.example\0" V("\xc5\x13", "\xf0", \
	                                  "\x05") "info\0" V("\xc6\x13", \
	                                                     "\xfa", \
	                                                     "\x04") "\x01" \
	                                                             "\x02" \
	                                                             "\x03" \
	                                                             "\x04" V("\xcc\x13", "\xf5", "\x04") "\x01\0\0\0" V("\xce\x13", "\xf5", "\x04") "\x01\0\0\0" V("\xcf\x13", "\xe9", "\x04") "\x05\0\0\0" V("\x28\x14", "\xf0", "\x14") "smtp.hoster.example\0" V("\x2b\x14", "\xe9", "\x04") "\x02\0\0\0" V("\x2d\x14", "\xe9", "\x04") "\xd1\x01\0\0" V("\x2e\x14", "\xf5", \
	                                                                                                                                                                                                                                                                                                                                                     "\x04") "\x01\0\0\0" V("\x32\x14", \
	                                                                                                                                                                                                                                                                                                                                                                            "\xf0", \
	                                                                                                                                                                                                                                                                                                                                                                            "\x12") "info@shop.example\0"

#define GETMAIL \
 "# fetched at night\n[retriever]\ntype = SimpleIMAPRetriever\n" \
 "server = imap.hoster.example\nusername = info@shop.example\n" \
 "password = secret\n\n[destination]\ntype = Mboxrd\n" \
 "path = ~/Mail/shop.mbox\n\n[options]\ndelete = false\n" \
 "delete_after = 30\n"

#define OFFLINE \
 "[general]\naccounts = shop\n\n[Account shop]\n" \
 "localrepository = home\nremoterepository = away\n\n" \
 "[Repository home]\ntype = Maildir\nlocalfolders = ~/Mail/shop\n\n" \
 "[Repository away]\ntype = IMAP\nremotehost = imap.hoster.example\n" \
 "remoteuser = info@shop.example\nremotepass = secret\nssl = no\n" \
 "starttls = yes\n"

#define MBSYNC \
 "IMAPAccount shop\nHost imap.hoster.example\nUser info@shop.example\n" \
 "Pass secret\nTLSType STARTTLS\n\nIMAPStore shop-remote\n" \
 "Account shop\n\nMaildirStore shop-local\nPath ~/Mail/shop/\n\n" \
 "Channel shop\nFar :shop-remote:\nNear :shop-local:\n"

#define MSMTP \
 "defaults\nauth on\ntls on\ntls_starttls off\n\naccount shop\n" \
 "host smtp.hoster.example\nport 465\nfrom info@shop.example\n" \
 "user info\npassword \"se cret\"\n\naccount other : shop\n" \
 "host smtp.other.example\ntls_starttls on\nport 587\n" \
 "auth cram-md5\n\naccount default : shop\n"

#define MUTT \
 "# mail\nset from = \"info@shop.example\"\nset realname='Ann Bo'\n" \
 "set folder=\"imaps://info:se/cr@t@imap.hoster.example:993/\"\n" \
 "set spoolfile=\"+INBOX\"\nset smtp_url=smtp://info@smtp.hoster.example" \
 ":587/\nset smtp_pass=\"secret\"\nset ssl_force_tls = yes\n"

#define P(key, value) "user_pref(\"mail." key "\", " value ");\n"
#define PREFS \
 "// Mozilla\n" P("accountmanager.accounts", "\"account1,account2\"") P( \
	 "account.account1.identities", \
	 "\"id1,id2\"") P("account.account1.server", \
	                  "\"server1\"") P("account.account2.server", \
	                                   "\"server2\"") P("account." \
	                                                    "account2." \
	                                                    "identities", \
	                                                    "\"id3\"") \
	 P("identity.id1.useremail", \
	   "\"info@shop.example\"") P("identity.id1.smtpServer", \
	                              "\"smtp1\"") P("identity.id2.useremail", \
	                                             "\"sales@shop.example\"") \
		 P("identity.id3.useremail", "\"ann@shop.example\"") P( \
			 "identity.id3.smtpServer", \
			 "\"smtp1\"") P("server.server1.type", \
	                                "\"pop3\"") P("server.server1." \
	                                              "hostname", \
	                                              "\"pop.hoster." \
	                                              "example\"") \
			 P("server.server1.userName", "\"info\"") P( \
				 "server.server1.socketType", \
				 "0") P("server.server1.port", \
	                                "110") P("server.server1.directory-" \
	                                         "rel", \
	                                         "\"[ProfD]Mail/pop\"") \
				 P("server.server2.type", \
	                           "\"pop3\"") P("server.server2.hostname", \
	                                         "\"pop2.hoster.example\"") \
					 P("server.server2.userName", "\"ann" \
	                                                              "\"") P( \
						 "server.server2.socketType", \
						 "2") P("server.server2." \
	                                                "deferred_to_account", \
	                                                "\"account1\"") \
						 P("smtpserver.smtp1." \
	                                           "hostname", \
	                                           "\"smtp.hoster.example\"") \
							 P("smtpserver.smtp1." \
	                                                   "authMethod", \
	                                                   "10") P("smtpserve" \
	                                                           "r.smtp1." \
	                                                           "try_ssl", \
	                                                           "3")

#define K \
 "[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows NT" \
 "\\CurrentVersion\\Windows Messaging Subsystem\\Profiles\\Outlook" \
 "\\9375CFF0413111d3B88A00104B2A6676\\"
#define REG \
 "REGEDIT4\r\n\r\n" K "00000001]\r\n" \
 "\"clsid\"=\"{ED475411-B0D6-11D2-8C3B-00104B2A6676}\"\r\n" \
 "\"Email\"=\"info@shop.example\"\r\n" \
 "\"POP3 Server\"=\"pop.hoster.example\"\r\n" \
 "\"POP3 User\"=\"info\"\r\n" \
 "\"SMTP Server\"=\"smtp.hoster.example\"\r\n" \
 "\"SMTP Port\"=dword:000001d1\r\n" \
 "\"SMTP Use SSL\"=dword:00000001\r\n\r\n"

#define XML \
 "<clientConfig version=\"1.1\"><emailProvider id=\"h.example\">\n" \
 "<incomingServer type=\"exchange\"><hostname>x.example</hostname>" \
 "</incomingServer>\n<incomingServer type=\"pop3\">" \
 "<hostname>pop.hoster.example</hostname><port>995</port>" \
 "<socketType>SSL</socketType><username>%EMAILLOCALPART%</username>" \
 "<authentication>password-cleartext</authentication><pop3>" \
 "<leaveMessagesOnServer>true</leaveMessagesOnServer>" \
 "<daysToLeaveMessagesOnServer>7</daysToLeaveMessagesOnServer>" \
 "</pop3></incomingServer>\n<outgoingServer type=\"smtp\">" \
 "<hostname>smtp.%EMAILDOMAIN%</hostname><port>587</port>" \
 "<socketType>STARTTLS</socketType><username>%EMAILADDRESS%" \
 "</username></outgoingServer>\n</emailProvider></clientConfig>\n"

#define TEXT(t) t, sizeof(t) - 1

/* clang-format on */

const fixture fixtures[] = {
	{ "account.oeaccount", TEXT(OE),
	  "address: info@shop.example\nlabel: Shop\n"
	  "display_name: Ann & Bo\nincoming.proto: imap\n"
	  "incoming.host: imap.hoster.example\nincoming.port: 993\n"
	  "incoming.tls: implicit\nincoming.user: info\n"
	  "outgoing.host: smtp.hoster.example\noutgoing.port: 587\n"
	  "outgoing.tls: starttls\noutgoing.user: info\n"
	  "secret: stored\n",
	  END_MARK, 2 },
	{ "outlook.prf", TEXT(PRF),
	  "address: info@shop.example\nlabel: Shop\nincoming.proto: pop3\n"
	  "incoming.host: pop.hoster.example\nincoming.port: 110\n"
	  "incoming.tls: none\nincoming.user: info\n"
	  "incoming.leave_on_server: yes\n"
	  "outgoing.host: smtp.hoster.example\noutgoing.port: 465\n"
	  "outgoing.tls: implicit\noutgoing.user: info\n"
	  "stores.client: outlook\nstores.kind: pst\n"
	  "stores.path: D:\\Mail\\new.pst\nstores.location_class: unknown\n"
	  "address: ann@shop.example\nincoming.proto: imap\n"
	  "incoming.host: imap.hoster.example\nincoming.port: 993\n"
	  "incoming.tls: implicit\nincoming.user: ann\n"
	  "outgoing.host: smtp.hoster.example\noutgoing.port: 587\n"
	  "outgoing.tls: starttls\n",
	  END_LINE, 2 },
	{ "Mailbox.ini", TEXT(BECKY),
	  "address: info@shop.example\nlabel: 会社\n"
	  "display_name: 山葵 太郎\nincoming.proto: imap\n"
	  "incoming.host: imap.hoster.example\nincoming.port: 993\n"
	  "incoming.tls: implicit\nincoming.user: info\n"
	  "outgoing.host: smtp.hoster.example\noutgoing.port: 587\n"
	  "outgoing.tls: starttls\noutgoing.user: info\n"
	  "stores.client: becky\nstores.kind: becky\n"
	  "stores.path: {folder}\nstores.location_class: unknown\n"
	  "secret: stored\n",
	  END_LINE, 2 },
	{ "mail.mobileconfig", TEXT(APPLE),
	  "address: info@shop.example\nlabel: Shop\nincoming.proto: imap\n"
	  "incoming.host: imap.hoster.example\nincoming.port: 143\n"
	  "incoming.tls: starttls\nincoming.user: info\n"
	  "incoming.auth: cram-md5\noutgoing.host: smtp.hoster.example\n"
	  "outgoing.port: 465\noutgoing.tls: implicit\nsecret: stored\n",
	  END_MARK, 2 },
	{ "autodiscover.xml", TEXT(POX),
	  "address: info@shop.example\nincoming.proto: imap\n"
	  "incoming.host: imap.hoster.example\nincoming.port: 143\n"
	  "incoming.tls: starttls\nincoming.user: info\n"
	  "outgoing.host: smtp.hoster.example\noutgoing.port: 465\n"
	  "outgoing.tls: implicit\n",
	  END_MARK, 2 },
	{ "account.iaf", TEXT(IAF),
	  "address: info@shop.example\nlabel: Shop\nincoming.proto: pop3\n"
	  "incoming.host: pop.hoster.example\nincoming.port: 110\n"
	  "incoming.tls: none\nincoming.user: info\n"
	  "incoming.leave_on_server: yes\nincoming.leave_days: 5\n"
	  "outgoing.host: smtp.hoster.example\noutgoing.port: 465\n"
	  "outgoing.tls: implicit\noutgoing.user: info\nsecret: stored\n",
	  END_VALUE, 2 },
	{ "getmailrc", TEXT(GETMAIL),
	  "address: info@shop.example\nincoming.proto: imap\n"
	  "incoming.host: imap.hoster.example\nincoming.port: 143\n"
	  "incoming.tls: none\nincoming.user: info@shop.example\n"
	  "incoming.leave_on_server: yes\nincoming.leave_days: 30\n"
	  "stores.client: getmail\nstores.kind: mbox\n"
	  "stores.path: ~/Mail/shop.mbox\nstores.location_class: unknown\n"
	  "secret: stored\n",
	  END_LINE, 1 },
	{ "offlineimaprc", TEXT(OFFLINE),
	  "address: info@shop.example\nlabel: shop\nincoming.proto: imap\n"
	  "incoming.host: imap.hoster.example\nincoming.port: 143\n"
	  "incoming.tls: starttls\nincoming.user: info@shop.example\n"
	  "stores.client: offlineimap\nstores.kind: maildir\n"
	  "stores.path: ~/Mail/shop\nstores.location_class: unknown\n"
	  "secret: stored\n",
	  END_LINE, 1 },
	{ "mbsyncrc", TEXT(MBSYNC),
	  "address: info@shop.example\nlabel: shop\nincoming.proto: imap\n"
	  "incoming.host: imap.hoster.example\nincoming.port: 143\n"
	  "incoming.tls: starttls\nincoming.user: info@shop.example\n"
	  "stores.client: mbsync\nstores.kind: maildir\n"
	  "stores.path: ~/Mail/shop/\nstores.location_class: unknown\n"
	  "secret: stored\n",
	  END_LINE, 1 },
	{ "msmtprc", TEXT(MSMTP),
	  "address: info@shop.example\nlabel: shop\n"
	  "outgoing.host: smtp.hoster.example\noutgoing.port: 465\n"
	  "outgoing.tls: implicit\noutgoing.user: info\nsecret: stored\n"
	  "address: info@shop.example\nlabel: other\n"
	  "outgoing.host: smtp.other.example\noutgoing.port: 587\n"
	  "outgoing.tls: starttls\noutgoing.user: info\n"
	  "outgoing.auth: cram-md5\nsecret: stored\n"
	  "finding: profile.conflict\n",
	  END_LINE, 1 },
	{ "muttrc", TEXT(MUTT),
	  "address: info@shop.example\ndisplay_name: Ann Bo\n"
	  "incoming.proto: imap\nincoming.host: imap.hoster.example\n"
	  "incoming.port: 993\nincoming.tls: implicit\n"
	  "incoming.user: info\noutgoing.host: smtp.hoster.example\n"
	  "outgoing.port: 587\noutgoing.tls: starttls\n"
	  "outgoing.user: info\nsecret: stored\n",
	  END_LINE, 1 },
	{ "prefs.js", TEXT(PREFS),
	  "address: info@shop.example\nincoming.proto: pop3\n"
	  "incoming.host: pop.hoster.example\nincoming.port: 110\n"
	  "incoming.tls: none\nincoming.user: info\n"
	  "outgoing.host: smtp.hoster.example\noutgoing.port: 465\n"
	  "outgoing.tls: implicit\noutgoing.auth: oauth2\n"
	  "stores.client: thunderbird\nstores.kind: mbox\n"
	  "stores.path: {folder}/Mail/pop\nstores.location_class: unknown\n"
	  "address: ann@shop.example\nincoming.proto: pop3\n"
	  "incoming.host: pop2.hoster.example\nincoming.port: 110\n"
	  "incoming.tls: starttls\nincoming.user: ann\n"
	  "outgoing.host: smtp.hoster.example\noutgoing.port: 465\n"
	  "outgoing.tls: implicit\noutgoing.auth: oauth2\n"
	  "stores.client: thunderbird\nstores.kind: mbox\n"
	  "stores.path: {folder}/Mail/pop\nstores.location_class: unknown\n"
	  "finding: profile.more-addresses\n",
	  END_LINE, 2 },
	{ "outlook.reg", TEXT(REG),
	  "address: info@shop.example\nincoming.proto: pop3\n"
	  "incoming.host: pop.hoster.example\nincoming.port: 110\n"
	  "incoming.tls: none\nincoming.user: info\n"
	  "outgoing.host: smtp.hoster.example\noutgoing.port: 465\n"
	  "outgoing.tls: implicit\n",
	  END_MARK, 2 },
	{ "config-v1.1.xml", TEXT(XML),
	  "address: info@shop.example\nincoming.proto: pop3\n"
	  "incoming.host: pop.hoster.example\nincoming.port: 995\n"
	  "incoming.tls: implicit\nincoming.user: info\n"
	  "incoming.leave_on_server: yes\nincoming.leave_days: 7\n"
	  "outgoing.host: smtp.shop.example\noutgoing.port: 587\n"
	  "outgoing.tls: starttls\noutgoing.user: info@shop.example\n",
	  END_MARK, 2 },
	{ NULL, NULL, 0, NULL, END_LINE, 0 },
};
