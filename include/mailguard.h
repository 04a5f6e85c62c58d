/**
 * @file mailguard.h
 * @brief All of libmailguard.
 */
#ifndef MAILGUARD_H
#define MAILGUARD_H

#include <mailguard/base.h>
#include <mailguard/proto.h>
#include <mailguard/mime.h>
#include <mailguard/net.h>
#include <mailguard/reasons.h>
#include <mailguard/classify.h>
#include <mailguard/diagnose.h>
#include <mailguard/probe.h>
#include <mailguard/status.h>
#include <mailguard/store.h>
#include <mailguard/profile.h>
#include <mailguard/notice.h>
#include <mailguard/backup.h>
#include <mailguard/checkup.h>
#include <mailguard/report.h>

#endif
