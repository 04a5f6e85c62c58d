/* mailguard.i - the module; each room's part lies in <room>.i. */
%module(package="mailguard", threads="1") core
%include <stdint.i>
%include "python/python.i"
%include "base.i"
%include "proto.i"
%include "mime.i"
%include "classify.i"
%include "diagnose.i"
%include "probe.i"
%include "status.i"
%include "store.i"
%include "notice.i"
%include "checkup.i"
%include "backup.i"
%include "find.i"
%include "look.i"
%include "report.i"
