"""The quotas of an account, compared with the parameters of a stage: what to ask AWS for, and what to set."""

import math
from collections.abc import Iterator

import stages
from findings import Finding, Stage, must, should
from parameters import values_of

# What requests of the API and the timers may need at the same time, beside the workers of the queues.
OTHERS = 60

# Executions that AWS insists on leaving to functions without a reserve:
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html.
UNRESERVED = 100

# What a request of the API takes at most, but for the few that work on a whole list.
SECONDS_OF_A_REQUEST = 0.1

# Mails a second that one mail worker sends at least: ten at the same time, each within a second.
MAILS_OF_A_WORKER = 10


def concurrency(stage: Stage) -> Iterator[Finding]:
    account = stage.client("lambda").get_account_settings()["AccountLimit"]
    allowed = account["ConcurrentExecutions"]
    # Dispatch and bulk actions have the same number of workers.
    once = ["ParseConcurrency", "ProvisionConcurrency", "MailConcurrency", "WebhookConcurrency"]
    workers = sum(stage.number(name) for name in once) + 2 * stage.number("DispatchConcurrency")
    if allowed < workers + OTHERS:
        yield must(
            f"Lambda runs {allowed} functions at the same time, and {workers} workers and the API need"
            f" {workers + OTHERS}",
            "ask for 1,000 concurrent executions in Service Quotas, AWS Lambda; a new account has 10",
        )
        return
    yield from reserve(stage, account.get("UnreservedConcurrentExecutions", allowed), max(workers, UNRESERVED))
    if stage.number("ConcurrencyThreshold") > allowed * 9 // 10:
        yield should(
            f"ConcurrencyThreshold is {stage.number('ConcurrencyThreshold')}, and Lambda runs {allowed} functions at"
            " the same time",
            f"set ConcurrencyThreshold to {allowed * 8 // 10}, so that its alarm rings in time",
        )


def reserve(stage: Stage, unreserved: int, others: int) -> Iterator[Finding]:
    """Whether `unreserved` executions are enough for the reserve of the API and for `others`."""
    functions = len(stages.reserved())
    # What the stack has reserved itself is free for its next deployment.
    free = unreserved + functions * int(values_of(stage.deployed).get("ApiReserve", 0))
    most = max(0, free - others) // functions
    wanted, useful = stage.number("ApiReserve"), math.ceil(stage.number("ThrottleRate") * SECONDS_OF_A_REQUEST)
    if wanted > most:
        yield must(
            f"ApiReserve reserves {functions * wanted} concurrent executions for {functions} functions, {free} are not"
            f" reserved, and {others} of them must stay so",
            f"set ApiReserve to {most}, or ask for more concurrent executions in Service Quotas, AWS Lambda",
        )
    elif wanted and wanted < useful:
        yield should(
            f"ApiReserve is {wanted}, which is also the most of each function, and ThrottleRate lets"
            f" {stage.parameters['ThrottleRate']} requests a second in",
            f"set ApiReserve to {useful} or more, or to 0",
        )
    elif not wanted and stage.is_production and most >= useful:
        yield should(
            "other systems of the account can use up the concurrent executions that the API needs",
            f"set ApiReserve to {useful}, which reserves {functions * useful} of {free}",
        )


def sending(stage: Stage) -> Iterator[Finding]:
    account = stage.client("sesv2").get_account()
    if not account.get("SendingEnabled"):
        yield must("SES does not send for this account", "read AWS's mail about it, and answer it")
    if not account.get("ProductionAccessEnabled"):
        sandbox = should if not stage.is_production else must
        yield sandbox(
            "SES is in its sandbox: it mails verified addresses only, 200 in 24 hours",
            "ask for production access in SES, Account dashboard; it takes a day",
        )
        return
    quota = account["SendQuota"]
    if stage.number("MailsPerDayThreshold") > quota["Max24HourSend"] * 0.9:
        yield should(
            f"SES takes {quota['Max24HourSend']:.0f} mails in 24 hours, and MailsPerDayThreshold is"
            f" {stage.number('MailsPerDayThreshold')}",
            f"set MailsPerDayThreshold to {quota['Max24HourSend'] * 0.8:.0f}, or ask for more mails in Service Quotas",
        )
    if stage.number("MailConcurrency") * MAILS_OF_A_WORKER < quota["MaxSendRate"]:
        workers = math.ceil(quota["MaxSendRate"] / MAILS_OF_A_WORKER)
        yield should(
            f"SES takes {quota['MaxSendRate']:.0f} mails a second, and MailConcurrency is"
            f" {stage.number('MailConcurrency')}",
            f"set MailConcurrency to {workers}, so that the rate is used",
        )


def creations(stage: Stage) -> Iterator[Finding]:
    pages = stage.client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode="cognito-idp")
    quotas = [quota for page in pages for quota in page["Quotas"] if "UserCreation" in quota["QuotaName"]]
    if not quotas:
        yield should(
            "Cognito's quota UserCreation was not found", "compare CreationsPerSecond with it in Service Quotas"
        )
        return
    allowed, used = int(quotas[0]["Value"]), stage.number("CreationsPerSecond")
    if used > allowed:
        yield must(
            f"Cognito creates {allowed} users a second, and CreationsPerSecond is {used}",
            f"set CreationsPerSecond to {allowed}, or ask for more in Service Quotas",
        )
    elif used < allowed:
        yield should(
            f"Cognito creates {allowed} users a second, and CreationsPerSecond is {used}",
            f"set CreationsPerSecond to {allowed}, so that lists are quicker",
        )
