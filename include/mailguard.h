/**
 * @file mailguard.h
 * @brief All of libmailguard.
 */
#ifndef MAILGUARD_H
#define MAILGUARD_H

#include <mailguard/base.h>
#include <mailguard/proto.h>
#include <mailguard/reasons.h>
#include <mailguard/classify.h>
#include <mailguard/diagnose.h>

#endif
