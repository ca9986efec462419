import { appMutations } from './apps.mjs';

const RECORD_OUTCOMES =
  '    await deps.notes.record(page.attempts.filter(({ deliveredAt }) => Date.parse(deliveredAt) >= bottom));\n';

/**
 * Each breaks one condition that a promise depends on. `edits` are pairs of a string of the file and its replacement;
 * `suites` are the fewest files of tests of which one must fail. `tests`: how the full names of those tests begin, if
 * others of a slow file need not run.
 */
export const mutations = [
  {
    name: 'a day that no calendar has counts as one',
    file: 'libs/core/src/model/time.ts',
    edits: [[' && at.toISOString().startsWith(text)', '']],
    suites: ['libs/core/src/model/time'],
  },
  {
    name: 'a schedule of a pool asks for 30 February',
    file: 'libs/core/src/model/cron.ts',
    edits: [[' && hasDay(sets) ?', ' ?']],
    suites: ['libs/core/src/model/cron'],
  },
  {
    name: 'a message whose lease may stand comes back before that is over',
    file: 'libs/runtime/src/come-back.ts',
    edits: [['cause instanceof LeftNothing ? SOON : Math.max(SOON, lease)', 'SOON']],
    suites: ['libs/runtime/src/come-back'],
  },
  {
    name: 'a message that was cut off is put off again by what goes on after the invocation',
    file: 'libs/runtime/src/run-batch.ts',
    edits: [['if (!deadline.passed()) {', '{']],
    suites: ['libs/runtime/src/come-back'],
  },
  {
    name: 'a message comes back at once though its lease could not be given back',
    file: 'functions/scale-up/src/admit-job.ts',
    edits: [['.then(onFree, () => undefined)', '.then(onFree, onFree)']],
    suites: ['testing/system/come-back'],
  },
  {
    name: 'the machine API: a second boot claims what the first one has claimed',
    file: 'functions/machine/src/decide-claim.ts',
    edits: [['isSecret(request.nonce, launch.claim.nonceHash)', 'request.nonce !== launch.claim.nonceHash']],
    suites: ['functions/machine/src/decide-claim'],
  },
  {
    name: 'the machine API: a claim needs no secret',
    file: 'functions/machine/src/decide-claim.ts',
    edits: [
      [
        "if (!isSecret(request.secret, launch.intent.claimHash)) return { kind: 'refuse', reason: 'wrong-secret' };",
        '',
      ],
    ],
    suites: ['functions/machine/src/decide-claim'],
  },
  {
    name: 'the pool: a machine that is announced may be announced by anybody',
    file: 'functions/machine/src/decide-announcement.ts',
    edits: [['isSecret(request.nonce, blank.announcement.nonceHash)', "request.nonce !== ''"]],
    suites: ['functions/machine/src/decide-announcement'],
  },
  {
    name: 'the pool: a place believes another machine’s secret',
    file: 'functions/machine/src/decide-announcement.ts',
    edits: [
      ["if (!isSecret(request.secret, blank.intent.claimHash)) return { kind: 'refuse', reason: 'wrong-secret' };", ''],
    ],
    suites: ['functions/machine/src/decide-announcement'],
  },
  {
    name: 'the pool: whoever has the secret of a call speaks for each of its machines',
    file: 'functions/machine/src/decide-announcement.ts',
    edits: [
      ['blank.intent.group !== undefined && !isOwnInterface', 'blank.intent.candidate === null && !isOwnInterface'],
    ],
    suites: ['functions/machine/src/decide-announcement'],
  },
  {
    name: 'the pool: a machine counts as waiting as long as any place has its call',
    file: 'functions/scale-down/src/decide-pool.ts',
    edits: [
      [
        'tags[TAG.blankId] === blank.blankId && launchIndex ===',
        'tags[TAG.blankId] === blank.blankId || launchIndex ===',
      ],
    ],
    suites: ['functions/scale-down/src/decide-pool'],
  },
  {
    name: 'the pool: a place that another invocation fills is asked for all the same',
    file: 'functions/scale-up/src/fill-pool.ts',
    edits: [
      [
        'if (!(await deps.pool.occupy(blank))) return blanks.slice(0, index);',
        'if (!(await deps.pool.occupy(blank))) continue;',
      ],
    ],
    suites: ['testing/system/pool'],
  },
  {
    name: 'the pool: a machine that was taken is claimed by another boot',
    file: 'functions/machine/src/decide-claim.ts',
    edits: [
      ['if (launch.blank !== undefined && !isSecret(request.nonce, launch.blank.nonceHash))', 'if (launch === null)'],
    ],
    suites: ['testing/system/pool'],
  },
  {
    name: 'the pool: a machine that gets no group and no tags is used all the same',
    file: 'functions/scale-up/src/take-blank.ts',
    edits: [['  return false;\n', '  return true;\n']],
    suites: ['testing/system/pool'],
  },
  {
    name: 'the pool: a launch takes another machine before the first one ends',
    file: 'functions/scale-up/src/take-blank.ts',
    edits: [["if (state !== 'shutting-down' && state !== 'terminated')", 'if (state === null)']],
    suites: ['testing/system/pool'],
  },
  {
    name: 'the pool: the sweep forgets at once whose a machine is',
    file: 'functions/scale-down/src/decide-pool.ts',
    edits: [['const REMEMBERED = 30 * MINUTE;', 'const REMEMBERED = -MINUTE;']],
    suites: ['functions/scale-down/src/decide-pool'],
  },
  {
    name: 'the pool: a machine is ended before its place is cleared',
    file: 'functions/scale-down/src/sweep-pool.ts',
    edits: [['if (!(await deps.pool.vacate(blank))) return;', 'await deps.pool.vacate(blank);']],
    suites: ['testing/system/pool'],
  },
  {
    name: 'the pool: EC2 gives a machine to whoever asks',
    file: 'libs/aws/src/ec2/blanks.ts',
    edits: [['isOwn(TAG.tenantId, String(owner.installationId)) &&', '']],
    suites: ['libs/aws/src/ec2/blanks'],
  },
  {
    name: 'the machine API: a report is judged by what the machine says that it has said',
    file: 'libs/core/src/transitions/machine.ts',
    edits: [['condition: { instanceId, reporting } }', 'condition: { instanceId } }']],
    suites: ['functions/machine/src/handler'],
  },
  {
    name: 'the machine API: a claim is granted of whatever launch the machine names',
    file: 'libs/core/src/transitions/machine.ts',
    edits: [['condition: { instanceId, claimable } }', 'condition: {} }']],
    suites: ['functions/machine/src/handler'],
  },
  {
    name: 'the machine API: a configuration stays once its machine has reported',
    file: 'functions/machine/src/handle-report.ts',
    edits: [['  if (said === undefined) await deps.configs.remove(row.installationId, [row.launchId]);\n', '']],
    suites: ['functions/machine/src/handler'],
  },
  {
    name: 'a configuration whose removal was cut stays',
    file: 'libs/core/src/model/machine-report.ts',
    edits: [['reports.received.total > 1', 'reports.received.total > 0']],
    suites: ['functions/machine/src/handler'],
  },
  {
    name: 'the machine API: a claim comes at any time',
    file: 'functions/machine/src/decide-claim.ts',
    edits: [["if (ageOf(launch.launchedAt, now) > bootTimeout) return { kind: 'refuse', reason: 'too-late' };", '']],
    suites: ['functions/machine/src/decide-claim'],
  },
  {
    name: 'the machine API: a machine reports as often as it likes',
    file: 'functions/machine/src/decide-report.ts',
    edits: [['if (inMinute >= REPORT_LIMITS.perMinute)', 'if (inMinute < 0)']],
    suites: ['functions/machine/src/decide-report'],
  },
  {
    name: 'the machine API: a machine fills the log',
    file: 'functions/machine/src/decide-report.ts',
    edits: [['if (logBytes + size > REPORT_LIMITS.logBytes) return false;', '']],
    suites: ['functions/machine/src/decide-report'],
  },
  {
    name: 'the machine API: a source guesses as often as it likes',
    file: 'functions/machine/src/source-budget.ts',
    edits: [
      ['return excess > 0 ? Math.ceil(excess / A_SECOND) : undefined;', 'return excess > 1e9 ? excess : undefined;'],
    ],
    suites: ['functions/machine/src/handler'],
  },
  {
    name: 'the budget of webhooks: a tier has no figures of its own',
    file: 'functions/webhook/src/handle-delivery.ts',
    edits: [["(lookup.kind === 'tenant' ? byTier.get(lookup.tenant.tier) : undefined) ?? rate", 'rate']],
    suites: ['functions/webhook/src/handler'],
  },
  {
    name: 'the search for missed jobs: a quiet tenant is searched as often as others',
    file: 'functions/recovery/src/plan-scans.ts',
    edits: [['isQuiet ? QUIET_ROUND : ROUND', 'ROUND']],
    suites: ['functions/recovery/src/missed-jobs'],
  },
  {
    name: 'the limit over all tenants: a share takes any number of slots',
    file: 'libs/aws/src/dynamodb/fleet-slots.ts',
    edits: [
      [
        "const has = `size(${expression.name('slots')}) < ${expression.value(below)}`;",
        "const has = `size(${expression.name('slots')}) < ${expression.value(below + 1_000)}`;",
      ],
    ],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: "the fleet's slots on DynamoDB",
  },
  {
    name: 'the limit over all tenants: no slot is kept for whoever has fewer machines',
    file: 'libs/core/src/decisions/fleet-turn.ts',
    edits: [
      ['freeFleetSlots(shares, total) <= ahead.length', 'freeFleetSlots(shares, total) <= Math.min(0, ahead.length)'],
    ],
    suites: ['libs/core/src/decisions/fleet-turn', 'testing/system/fleet-limit'],
  },
  {
    name: 'the limit over all tenants: admits beside a share that has too many',
    file: 'libs/core/src/decisions/fleet-turn.ts',
    edits: [['  if (shares.some((share) => excessOf(share, total) > 0)) return 0;\n', '']],
    suites: ['libs/core/src/decisions/fleet-turn'],
  },
  {
    name: 'the limit over all tenants: a release keeps the slot',
    file: 'libs/core/src/transitions/release.ts',
    edits: [['      ...(launch.fleetShare !== undefined && { fleetShare: launch.fleetShare }),\n', '']],
    suites: ['testing/system/fleet-limit'],
  },
  {
    name: 'the limit over all tenants: a release wakes its own tenant alone',
    file: 'libs/core/src/protocol/release.ts',
    edits: [['  await giveTurns(TURNS, deps);\n', '']],
    suites: ['testing/system/fleet-limit'],
  },
  {
    name: 'the limit over all tenants: slots of ended launches stay',
    file: 'functions/scale-down/src/fleet-round.ts',
    edits: [["launch.state === 'ended' || launch.fleetShare", 'launch.fleetShare']],
    suites: ['testing/system/fleet-limit'],
  },
  {
    name: 'a request after sleep: sent although the leases have ended',
    file: 'libs/runtime/src/invocation.ts',
    edits: [['if (!arrivesUnderLease(leasesUntil, clock.now(), timeout))', 'if (leasesUntil < 0)']],
    suites: ['testing/system/counterexamples/sleepers'],
  },
  {
    name: 'a request after the answer: sent by what was left',
    file: 'libs/runtime/src/invocation.ts',
    edits: [['  signal.throwIfAborted();\n', '']],
    suites: ['libs/runtime/src/invocation'],
  },
  {
    name: 'a request after sleep: as long as the lease itself is left',
    file: 'libs/core/src/decisions/request-time.ts',
    edits: [['leaseUntil - now.getTime() > timeout', 'leaseUntil > now.getTime()']],
    suites: ['libs/core/src/decisions/request-time'],
  },
  {
    name: 'a request after sleep: through the clients of AWS',
    file: 'libs/aws/src/clients.ts',
    edits: [['sendInTime(requestTimeout, (abortSignal) =>', '((send) => send())(async (abortSignal?: AbortSignal) =>']],
    suites: ['libs/aws/src/clients'],
  },
  {
    name: 'a request after sleep: through the client of GitHub',
    file: 'libs/github/src/requests.ts',
    edits: [['request: { fetch: fetchInTime,', 'request: { fetch,']],
    suites: ['libs/github/src/requests'],
  },
  {
    name: 'a request after the answer: one that waited for its turn',
    file: 'functions/scale-up/src/fair-queue.ts',
    edits: [
      ['ofThisInvocation(() => void turn(call).then(resolve, reject))', '() => void turn(call).then(resolve, reject)'],
    ],
    suites: ['functions/scale-up/src/fair-queue'],
  },
  {
    name: 'an operator’s decisions at a reinstallation',
    file: 'functions/tenant-manager/src/onboard.ts',
    edits: [['    ...(policy !== undefined && { decisions: policy.decisions }),\n', '']],
    suites: ['functions/tenant-manager/src/account-policy'],
  },
  {
    name: 'the suspension at a reinstallation',
    file: 'functions/tenant-manager/src/decide-admission.ts',
    edits: [["      return 'operator';", '      return undefined;']],
    suites: ['functions/tenant-manager/src/account-policy'],
  },
  {
    name: 'whose suspension a deletion found',
    file: 'libs/core/src/model/account-policy.ts',
    edits: [["(isGone ? row['status_before_deletion'] : row['status'])", "(row['status'])"]],
    suites: ['functions/tenant-manager/src/account-policy'],
  },
  {
    name: 'the reinstallation behind a tombstone',
    file: 'functions/tenant-manager/src/inherit-policy.ts',
    edits: [['  const queue = [...earlier];', '  const queue = earlier.slice(0, 1);']],
    suites: ['functions/tenant-manager/src/account-policy'],
  },
  {
    name: 'the pointer to the next installation, behind a lagging index',
    file: 'functions/tenant-manager/src/inherit-policy.ts',
    edits: [["    if (answer.kind === 'follow') queue.unshift(answer.to);\n", '']],
    suites: ['functions/tenant-manager/src/account-policy'],
  },
  {
    name: 'an edit of an earlier installation’s row',
    file: 'functions/tenant-manager/src/handle-row-change.ts',
    edits: [['    await deps.lifecycle.carryOver(decision.carry.to, decision.carry.changes);\n', '']],
    suites: ['functions/tenant-manager/src/account-policy'],
  },
  {
    name: 'GitHub’s own suspension, which no carried edit lifts',
    file: 'libs/aws/src/dynamodb/account-handover.ts',
    edits: [["status !== 'suspended');", 'false);']],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'the hand-over of an account on DynamoDB',
  },
  {
    name: 'an id of the allow list is no login',
    file: 'functions/tenant-manager/src/decide-admission.ts',
    edits: [['  if (ids.has(account.id))', '  if (ids.has(account.id) || ids.has(Number(account.login)))']],
    suites: ['functions/tenant-manager/src/approval'],
  },
  {
    name: 'the pin of a listed login',
    file: 'functions/tenant-manager/src/decide-admission.ts',
    edits: [["  return pins.has(login) ? 'login-of-another' : 'resolve';", "  return 'admitted';"]],
    suites: ['functions/tenant-manager/src/approval'],
  },
  {
    name: 'whose App the key is of, once it is known',
    file: 'functions/recovery/src/app-identity.ts',
    edits: [['  if (pinned === String(answer.appId))', '  if (pinned !== undefined)']],
    suites: ['functions/recovery/src/diff-installations'],
  },
  {
    name: 'whose App the key is of, at first sight',
    file: 'functions/recovery/src/diff-installations.ts',
    edits: [['    isOurApp: living.length === 0 ||', '    isOurApp: living.length >= 0 ||']],
    suites: ['functions/recovery/src/diff-installations'],
  },
  {
    name: "admission's condition: one more than the limit",
    file: 'libs/aws/src/dynamodb/slot-count.ts',
    edits: [['AND ${held} < ${figure})', 'AND ${held} <= ${figure})']],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'admissions on DynamoDB',
  },
  {
    name: 'several admissions at once: room for one of them',
    file: 'libs/aws/src/dynamodb/slot-count.ts',
    edits: [['ceiling.limit - (slots - 1)', 'ceiling.limit']],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'admissions on DynamoDB',
  },
  {
    name: 'several admissions at once: none but the first counts',
    file: 'libs/aws/src/dynamodb/slot-count.ts',
    edits: [['${mark} ${count(expression, slots)}', '${mark} ${count(expression, 1)}']],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'admissions on DynamoDB',
  },
  {
    name: 'several admissions at once: one that was refused is said to be admitted',
    file: 'libs/aws/src/dynamodb/admit-some.ts',
    edits: [
      [
        '    for (const [request, answer] of refused) answers.set(request, answer);\n',
        "    for (const [request] of refused) answers.set(request, { kind: 'admitted' });\n",
      ],
    ],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'admissions on DynamoDB',
  },
  {
    name: "admission's condition: the tenant's status",
    file: 'libs/aws/src/dynamodb/slot-count.ts',
    edits: [["    expression.equals('status', 'active'),\n", '']],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'admissions on DynamoDB',
  },
  {
    name: "release's condition: a slot is held",
    file: 'libs/aws/src/dynamodb/slot-count.ts',
    edits: [['const condition = `${isHeld} AND ${mayCount(expression)}`', 'const condition = mayCount(expression)']],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'releases on DynamoDB',
  },
  {
    name: 'the wait for an invocation that may be configuring the machine',
    file: 'libs/core/src/protocol/end-launch.ts',
    edits: [[' && !mayBeConfigured(current, how, deps)', '']],
    suites: ['testing/system/left-behind'],
  },
  {
    name: "release's write: the slot in a write of its own, before the row's",
    file: 'libs/aws/src/dynamodb/admissions.ts',
    edits: [
      [
        'const outcome = await transact([end, ...back, ...slots, ...lives]);',
        'await transact(slots);\n        const outcome = await transact([end, ...lives]);',
      ],
    ],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'releases on DynamoDB',
  },
  {
    name: "release's slot: given back whatever the state of the launch",
    file: 'libs/core/src/model/launch.ts',
    edits: [
      ['  if (holding !== 0 && holding !== from.length)', '  if (holding < 0)'],
      ['  return holding !== 0;', '  return holding >= 0;'],
    ],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'releases on DynamoDB',
  },
  {
    name: "release's slot: the state of the launch is no condition",
    file: 'libs/core/src/transitions/release.ts',
    edits: [['condition: { ...holder, from, version: launch.version }', 'condition: { ...holder, from: SLOT_STATES }']],
    suites: ['testing/system/counterexamples/machines', 'testing/system/counterexamples/slots'],
  },
  {
    name: 'the count of slots: an admission leaves it as it is',
    file: 'libs/aws/src/dynamodb/slot-count.ts',
    edits: [['${mark} ${count(expression, slots)}', '${mark} ${count(expression, 0)}']],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'admissions on DynamoDB',
  },
  {
    name: 'the count of slots: its changes are not counted',
    file: 'libs/aws/src/dynamodb/slot-count.ts',
    edits: [['${changes} ${expression.value(Math.abs(difference))}', '${changes} ${expression.value(0)}']],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'the tenant registry on DynamoDB',
  },
  {
    name: 'the mark of a tenant: cleared whatever was admitted since it was read',
    file: 'libs/aws/src/dynamodb/open-marks.ts',
    edits: [
      ["${expression.exists(MARK)} AND ${expression.isStill('slot_changes', seen)}", '${expression.exists(MARK)}'],
    ],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'mark',
  },
  {
    name: 'the mark of a tenant: cleared right after an admission',
    file: 'functions/scale-down/src/open-mark.ts',
    edits: [[' && isRested(mark, now)', '']],
    suites: ['testing/system/open-marks'],
  },
  {
    name: 'the index of jobs without an admission: not one that waits again',
    file: 'libs/aws/src/dynamodb/job-rows.ts',
    edits: [["changes.state === 'parked' || reopens(guard, changes) ?", 'reopens(guard, changes) ?']],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'marks of what is open',
  },
  {
    name: 'the recount of slots: right after an admission',
    file: 'libs/core/src/model/open-mark.ts',
    edits: [['return mark === undefined || isRested(mark, now);', 'return mark === undefined || now > new Date(0);']],
    suites: ['testing/system/counterexamples/slots'],
  },
  {
    name: 'the recount of slots: written over a change since',
    file: 'libs/aws/src/dynamodb/slot-count.ts',
    edits: [[' AND ${expression.isStill(CHANGES, seen)}', '']],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'the tenant registry on DynamoDB',
  },
  {
    name: 'the recount of slots: the sweep does none',
    file: 'functions/scale-down/src/decide-sweep.ts',
    edits: [["return isWrong ? [{ kind: 'recount-slots' }] : [];", 'return [];']],
    suites: ['testing/system/counterexamples/slots'],
  },
  {
    name: "release's condition: the row has not changed since it was read",
    file: 'libs/core/src/transitions/release.ts',
    edits: [['condition: { ...holder, from, version: launch.version }', 'condition: { ...holder, from }']],
    suites: ['testing/system/release'],
  },
  {
    name: "release's write: the ledger is left out",
    file: 'libs/aws/src/dynamodb/admissions.ts',
    edits: [
      [
        'const outcome = await transact([end, ...back, ...slots, ...lives]);',
        'const outcome = await transact([end, ...back, ...slots]);',
      ],
    ],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'releases on DynamoDB',
  },
  {
    name: "release's write: the slot is left out",
    file: 'libs/aws/src/dynamodb/admissions.ts',
    edits: [
      [
        'const outcome = await transact([end, ...back, ...slots, ...lives]);',
        'const outcome = await transact([end, ...back, ...lives]);',
      ],
    ],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'releases on DynamoDB',
  },
  {
    name: 'the try of each tenant in a batch',
    file: 'libs/runtime/src/run-batch.ts',
    edits: [['      } catch (cause) {', '      } catch (cause) {\n        throw cause;']],
    suites: ['libs/runtime/src/run-batch'],
  },
  {
    name: 'the try of each tenant in the sweep',
    file: 'functions/scale-down/src/sweep.ts',
    edits: [
      ["own.log.error('The sweep of a tenant failed", "throw cause;\n    own.log.error('The sweep of a tenant failed"],
    ],
    suites: ['testing/system/runners'],
  },
  {
    name: 'the try of each action in the sweep',
    file: 'functions/scale-down/src/carry-out-all.ts',
    edits: [['    } catch (cause) {\n', '    } catch (cause) {\n      throw cause;\n']],
    suites: ['testing/system/set-aside'],
  },
  {
    name: 'the sweep: an action that always fails is tried in every run',
    file: 'functions/scale-down/src/set-aside.ts',
    edits: [['  if (failure === undefined || failure.times < TRIES) return false;', '  return false;']],
    suites: ['testing/system/set-aside'],
  },
  {
    name: 'the sweep: an action set aside is never tried again',
    file: 'functions/scale-down/src/set-aside.ts',
    edits: [
      [
        '  return ageOf(failure.at, now) < Math.min(',
        '  return ageOf(failure.at, now) < Number.POSITIVE_INFINITY || Math.min(',
      ],
    ],
    suites: ['testing/system/set-aside'],
  },
  {
    name: 'the sweep: a launch of a size that is gone is sent again',
    file: 'functions/scale-down/src/decide-sweep.ts',
    edits: [["limits.tiers.has(launch.tier) ? 'send-again' : 'refuse-tier'", "'send-again'"]],
    suites: ['testing/system/set-aside'],
  },
  {
    name: 'the clean-up: what fails ends the pass',
    file: 'libs/core/src/protocol/clean-up-tenant.ts',
    edits: [
      [
        '    } catch (cause) {\n      failures.push(cause);',
        '    } catch (cause) {\n      throw cause;\n      failures.push(cause);',
      ],
    ],
    suites: ['testing/system/set-aside'],
  },
  {
    name: "EC2's refusal of a protected machine: fails the others beside it",
    file: 'libs/aws/src/ec2/fleet.ts',
    edits: [["if (parseAwsError(error).code === PROTECTED) return [[id, 'protected']];", '']],
    suites: ['libs/aws/src/ec2/fleet'],
  },
  {
    name: 'a visit of the sweep: carries out any number of actions',
    file: 'functions/scale-down/src/carry-out-all.ts',
    edits: [['spent >= ACTIONS_A_VISIT || ', '']],
    suites: ['testing/system/visits'],
  },
  {
    name: 'a visit of the sweep: takes any time',
    file: 'functions/scale-down/src/carry-out-all.ts',
    edits: [[' || (spent > 0 && deps.clock.now().getTime() >= until)', '']],
    suites: ['testing/system/visits'],
  },
  {
    name: 'a visit of the sweep: the next one begins at the first row again',
    file: 'functions/scale-down/src/read-rows.ts',
    edits: [['...pageAfter(note.jobs), ', '']],
    suites: ['testing/system/visits'],
  },
  {
    name: 'a visit of the sweep: skips the rows that it did not get to',
    file: 'functions/scale-down/src/visit-tenant.ts',
    edits: [['  if (cut === undefined) return', '  if (cut === undefined || next !== undefined) return']],
    suites: ['testing/system/visits'],
  },
  {
    name: 'a visit of the sweep: takes a launch beyond its page for over',
    file: 'functions/scale-down/src/read-rows.ts',
    edits: [['  const launchIds = pages.allLaunches\n', '  const launchIds = pages.launches\n']],
    suites: ['testing/system/visits'],
  },
  {
    name: 'a visit of the sweep: takes a job that it did not read for over',
    file: 'functions/scale-down/src/snapshot.ts',
    edits: [['rows.lookedUp?.has(jobId) === true && !open.has(jobId)', '!open.has(jobId)']],
    suites: ['testing/system/led-jobs'],
  },
  {
    name: 'a visit of the sweep: reads the row of every job that runs',
    file: 'functions/scale-down/src/needed-jobs.ts',
    edits: [['!isBusyWithItsOwn(launch) || isItsTurn(launch, now)', 'isItsTurn(launch, now) || now > 0']],
    suites: ['testing/system/led-jobs'],
  },
  {
    name: 'a visit of the sweep: never reads the row of a job that runs',
    file: 'functions/scale-down/src/needed-jobs.ts',
    edits: [['!isBusyWithItsOwn(launch) || isItsTurn(launch, now)', '!isBusyWithItsOwn(launch)']],
    suites: ['testing/system/led-jobs'],
  },
  {
    name: 'an open job is found: its launch ends without it',
    file: 'libs/core/src/transitions/release.ts',
    edits: [['isOver && begunFor !== undefined', 'false && begunFor !== undefined']],
    suites: ['testing/system/led-jobs'],
  },
  {
    name: 'an open job is found: the end of its launch reads the job that the launch is for, not what it leads to',
    file: 'libs/core/src/protocol/end-launch.ts',
    edits: [['const jobIds = [jobId, takenBy, jobIdOfLaunch(launchId)];', 'const jobIds = [jobId, takenBy, jobId];']],
    suites: ['testing/system/led-jobs'],
  },
  {
    name: 'an open job is found: the end of its launch does not look again where the job forbids it',
    file: 'libs/core/src/protocol/end-launch.ts',
    edits: [["if (answer.kind === 'job') continue;", "if (answer.kind === 'job') return undefined;"]],
    suites: ['testing/system/led-jobs'],
  },
  {
    name: "an open job is found: the write that ends its launch leaves the job's row out",
    file: 'libs/aws/src/dynamodb/admissions.ts',
    edits: [
      [
        'const outcome = await transact([end, ...back, ...slots, ...lives]);',
        'const outcome = await transact([end, ...slots, ...lives]);',
      ],
    ],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'releases on DynamoDB',
  },
  {
    name: 'an open job is found: one that is over is put back',
    file: 'libs/core/src/transitions/job.ts',
    edits: [['putBack: { from: OPEN_JOB_STATES }', 'putBack: { from: [...OPEN_JOB_STATES, ...ENDED_JOB_STATES] }']],
    suites: ['testing/system/led-jobs'],
  },
  {
    name: 'an open job is found: one that begins to run leaves the index',
    file: 'libs/aws/src/dynamodb/job-rows.ts',
    edits: [['open_shard: openShard, open_at: openAt };', 'open_shard: openShard, open_at: due ? openAt : null };']],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'admissions on DynamoDB',
  },
  {
    name: 'an open job is found: admitted for a launch that leads to another job, it leaves the index',
    file: 'libs/aws/src/dynamodb/admissions.ts',
    edits: [['isLedTo: leadsTo(launchId, jobId)', "isLedTo: launchId !== ''"]],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'admissions on DynamoDB',
  },
  {
    name: 'a job costs 26 write units: an admission leaves it in the index',
    file: 'libs/aws/src/dynamodb/admissions.ts',
    edits: [['isLedTo: leadsTo(launchId, jobId)', "isLedTo: launchId === '' && leadsTo(launchId, jobId)"]],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'admissions on DynamoDB',
  },
  {
    name: 'an open job is found: the launches are not read before the index',
    file: 'libs/aws/src/dynamodb/open-jobs.ts',
    edits: [['new Set([...before, ...(await', 'new Set([...before.slice(before.length), ...(await']],
    suites: ['testing/kit/src/contracts/open-jobs'],
  },
  {
    name: 'an open job is found: the launches are not read after the index',
    file: 'libs/aws/src/dynamodb/open-jobs.ts',
    edits: [
      [
        'const led = new Set([...before, ...(await jobIdsOfLaunches(installationId))]);',
        'const led = new Set(before);',
      ],
    ],
    suites: ['testing/kit/src/contracts/open-jobs'],
  },
  {
    name: 'the mark of a tenant: the jobs are looked at before the launches',
    file: 'functions/scale-down/src/open-mark.ts',
    edits: [
      ['if ((await launches.pageOpen(', 'if ((await jobs.pageIndexed('],
      [
        'if ((await jobs.pageIndexed(installationId, { limit: 1 })).rows.length > 0) return;\n  await',
        'if ((await launches.pageOpen(installationId, { limit: 1 })).rows.length > 0) return;\n  await',
      ],
    ],
    suites: ['testing/system/open-marks'],
  },
  {
    name: 'the turns of the sweep: a run that died is followed by the same run',
    file: 'functions/scale-down/src/bookmark.ts',
    edits: [['suspect.times >= CHANCES', 'suspect.times < 0']],
    suites: ['testing/system/visits'],
  },
  {
    name: 'the net of the sweep: reads rows that are cleaned up again and again',
    file: 'functions/scale-down/src/tenant-rotation.ts',
    edits: [['left === 0 ? last : bookmark.before(left)', 'bookmark.before(left)']],
    suites: ['testing/system/visits'],
  },
  {
    name: 'the net of the sweep: never rests',
    file: 'functions/scale-down/src/tenant-rotation.ts',
    edits: [['  let finished = isResting;', '  let finished = false;']],
    suites: ['testing/system/visits'],
  },
  {
    name: "the index of tenants with something open: reads all of one tenant's rows",
    file: 'libs/aws/src/dynamodb/open-rows.ts',
    edits: [['if (rows.push(row) >= PAGE) break;', 'rows.push(row);']],
    suites: ['libs/aws/src/dynamodb/open-rows'],
  },
  {
    name: 'the sweep: a machine whose end nobody reported is asked about after the grace alone',
    file: 'functions/scale-down/src/decide-sweep.ts',
    edits: [
      [
        'if (young) return isGoneUnheard(launch, snapshot, now) ?',
        'if (young) return isGoneUnheard(launch, snapshot, now) && !young ?',
      ],
    ],
    suites: ['testing/system/runners'],
  },
  {
    name: 'the sweep: an id that EC2 does not know is taken for gone at any age',
    file: 'libs/core/src/model/launch.ts',
    edits: [['? isForgotten(launch, now)', '? true']],
    suites: ['testing/system/counterexamples'],
  },
  {
    name: 'the sweep: a machine that lives on after its own job counts as busy',
    file: 'functions/scale-down/src/decide-sweep.ts',
    edits: [['if (mayOutlastItsJob(launch, snapshot, now, limits)) return', 'if (!young && young) return']],
    suites: ['testing/system/own-end'],
  },
  {
    name: 'a machine: what a container has heard of it is believed without a look at the row',
    file: 'functions/scale-down/src/handle-instance-event.ts',
    edits: [['if (found?.launch !== undefined) return found;', 'if (found !== undefined) return found;']],
    suites: ['testing/system/call-counts'],
  },
  {
    name: 'the wake: left out after a release that gave back the last slot',
    file: 'libs/core/src/protocol/release.ts',
    edits: [['freeSlots(lookup.tenant) > 1', 'freeSlots(lookup.tenant) > 0']],
    suites: ['testing/system/release'],
  },
  {
    name: 'the wake: left out after a release that another one may have left undone',
    file: 'libs/core/src/protocol/release.ts',
    edits: [['if (!gaveBack || settings', 'if (settings']],
    suites: ['testing/system/call-counts'],
  },
  {
    name: 'the end of a job: one that we decided counts as its runner free',
    file: 'libs/core/src/model/launch.ts',
    edits: [[' && taken.reason === undefined', '']],
    suites: ['testing/system/own-end'],
  },
  {
    name: 'the end of a job: recorded without its launch although its start was not heard of',
    file: 'functions/scale-down/src/handle-job-event.ts',
    edits: [['deps, { ofLaunch, onRunner })', 'deps, { ofLaunch })']],
    suites: ['testing/system/own-end'],
  },
  {
    name: 'the idle rule: a runner with a job is idle',
    file: 'functions/scale-down/src/decide-runner.ts',
    edits: [['  if (launch.takenBy !== undefined && !ended) return undefined;\n', '']],
    suites: ['testing/system/counterexamples'],
  },
  {
    name: 'the idle rule: terminates without the end of the registration',
    file: 'libs/core/src/protocol/end-machine.ts',
    edits: [["if (gone.kind === 'busy') return 'busy';", '']],
    suites: ['testing/system/runners'],
  },
  {
    name: 'the lease: taken from another holder',
    file: 'libs/core/src/transitions/lease.ts',
    edits: [['    leaseFreeAt: deps.clock.now().getTime(),\n    leaseFreeFor: holder.name,\n', '']],
    suites: ['testing/system/counterexamples'],
  },
  {
    name: 'the lease: taken to settle although the row was written since',
    file: 'libs/core/src/transitions/lease.ts',
    edits: [['...(options.unchanged === true && { version: launch.version }),', '']],
    suites: ['testing/system/lease'],
  },
  {
    name: 'the admission: not conditional on the launch having no row',
    file: 'libs/aws/src/dynamodb/table.ts',
    edits: [
      [
        "ConditionExpression: 'attribute_not_exists(#key)',",
        "ConditionExpression: 'attribute_exists(#key) OR attribute_not_exists(#key)',",
      ],
    ],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'admissions on DynamoDB',
  },
  {
    name: "the admission: not conditional on the job's row",
    file: 'libs/core/src/transitions/admission.ts',
    edits: [['  const condition = { startNumber, launchId };', '  const condition = {};']],
    suites: ['testing/system/admission'],
  },
  {
    name: 'the admission: a conflict of transactions is not repeated',
    file: 'libs/aws/src/dynamodb/conflicts.ts',
    edits: [['if (attempt >= ATTEMPTS || !isConflict(error)) throw error;', 'throw error;']],
    suites: ['libs/aws/src/dynamodb/conflicts'],
  },
  {
    name: 'the intent: not written before the call',
    file: 'functions/scale-up/src/ask-together.ts',
    edits: [
      [
        'writeIntent(member, intents[index] as Intent, deps)',
        "Promise.resolve({ ...member.launch, state: 'launching' as const, intent: intents[index] as Intent })",
      ],
    ],
    suites: ['testing/system/launch'],
  },
  {
    name: 'the line of launches: a call does not wait for its place',
    file: 'functions/scale-up/src/paced-launches.ts',
    edits: [['wait > 0) await', 'wait < 0) await']],
    suites: ['functions/scale-up/src/paced-launches'],
  },
  {
    name: 'a ride in the line: one that can’t start now takes a place all the same',
    file: 'functions/scale-up/src/paced-launches.ts',
    edits: [
      ['takePlace(drawsOf(draw), 0)) !== undefined ?', 'takePlace(drawsOf(draw), LONGEST_PLACE)) !== undefined ?'],
    ],
    suites: ['functions/scale-up/src/paced-launches'],
  },
  {
    name: 'a ride in the line: the next turn comes while some may still be refused',
    file: 'functions/scale-up/src/fair-queue.ts',
    edits: [[' || riding.size > 0', '']],
    suites: ['functions/scale-up/src/fair-queue'],
  },
  {
    name: 'a ride in the line: one that was refused counts as a turn',
    file: 'functions/scale-up/src/fair-queue.ts',
    edits: [['      lastRounds.set(tenant, before);\n', '']],
    suites: ['functions/scale-up/src/fair-queue'],
  },
  {
    name: 'one call for several: another invocation sends it again',
    file: 'functions/scale-up/src/launch-instance.ts',
    edits: [['if (!isUnsettledGroup(launch)) {', 'if (intent.claimHash !== undefined) {']],
    suites: ['testing/system/one-call'],
  },
  {
    name: 'one call for several: a young intent without a machine is proof',
    file: 'functions/scale-up/src/take-over.ts',
    edits: [['ageOf(launch.updatedAt, clock.now()) >= scaleUp.grace', 'ageOf(launch.updatedAt, clock.now()) >= 0']],
    suites: ['testing/system/one-call'],
  },
  {
    name: 'one call for several: any machine of the call is a launch’s own',
    file: 'libs/core/src/model/launch.ts',
    edits: [['return intent.group === undefined || machine.launchIndex === intent.group.index;', 'return true;']],
    suites: ['testing/system/one-call'],
  },
  {
    name: 'one call for several: asks for those whose intent could not be written',
    file: 'functions/scale-up/src/ask-together.ts',
    edits: [['  if (launches.length < members.length) return askWithoutLost(members, written, deps);\n', '']],
    suites: ['testing/system/one-call'],
  },
  {
    name: 'one call for several tenants: each that joins sends it',
    file: 'functions/scale-up/src/order-together.ts',
    edits: [
      ["await (step === 'join' ? listen(order, deps) : send(joined, order, deps))", 'await send(joined, order, deps)'],
    ],
    suites: ['testing/system/shared-calls'],
  },
  {
    name: 'one call for a burst of a tenant: joins an order of another network',
    file: 'libs/core/src/decisions/decide-order.ts',
    edits: [['securityGroupId === wish.of.securityGroupId &&', 'true &&']],
    suites: ['testing/system/own-orders'],
  },
  {
    name: 'one call for a burst of a tenant: its machines wait to be dressed',
    file: 'functions/scale-up/src/order-together.ts',
    edits: [['(owner === undefined && { order: order.id })', '{ order: order.id }']],
    suites: ['testing/system/own-orders'],
  },
  {
    name: 'one call for several tenants: sent while others may still join',
    file: 'functions/scale-up/src/send-order.ts',
    edits: [
      [
        "await close(standing.order, mayStart ? 'closed' : 'void', deps)",
        "mayStart ? await deps.sharing.orders.current(keyOf(deps.kind)) : await close(standing.order, 'void', deps)",
      ],
    ],
    suites: ['testing/system/shared-calls'],
  },
  {
    name: 'one call for several tenants: tenants’ own calls leave none to start at once',
    file: 'functions/scale-up/src/paced-launches.ts',
    edits: [['drawsOf({ calls: 1, machines }, ofOwnCalls)', 'drawsOf({ calls: 1, machines })']],
    suites: ['testing/system/shared-calls'],
  },
  {
    name: 'one call for several tenants: its order is changed whatever it is by now',
    file: 'libs/aws/src/dynamodb/order-store.ts',
    edits: [["condition: change.expression.isStill('order', seen)", "condition: 'attribute_not_exists(no_such)'"]],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'orders on DynamoDB',
  },
  {
    name: 'one call for several tenants: sent although somebody has voided it',
    file: 'functions/scale-up/src/send-order.ts',
    edits: [["current?.id !== order.id || current.state !== 'open'", 'current?.id !== order.id']],
    suites: ['testing/system/shared-calls'],
  },
  {
    name: 'one call for several tenants: others that joined never hear of its answer',
    file: 'functions/scale-up/src/send-order.ts',
    edits: [['closed.machines === standing.machines', 'closed.machines > 0']],
    suites: ['testing/system/shared-calls'],
  },
  {
    name: 'one call for several tenants: who joins an order of its own invocation looks for the answer',
    file: 'functions/scale-up/src/send-order.ts',
    edits: [['deps.ownOrders.get(order.id)?.answer.then(', 'deps.ownOrders.get(`no ${order.id}`)?.answer.then(']],
    suites: ['testing/system/shared-calls'],
  },
  {
    name: 'one call for several tenants: voided although it is closed, and so may be sent',
    file: 'functions/scale-up/src/send-order.ts',
    edits: [["current?.id === order.id && current.state === 'open' && ", 'current?.id === order.id && ']],
    suites: ['testing/system/shared-calls'],
  },
  {
    name: 'one call for several tenants: a configuration before the tenant’s group',
    file: 'functions/scale-up/src/dress-ordered.ts',
    edits: [['  return false;\n', '  return true;\n']],
    suites: ['testing/system/shared-calls'],
  },
  {
    name: 'one call for several tenants: a configuration is stored while its machine is nobody’s yet',
    file: 'functions/scale-up/src/configure-runner.ts',
    edits: [["  if (!(await settings.dressed)) return { kind: 'undressed' };\n", '']],
    suites: ['testing/system/shared-calls'],
  },
  {
    name: 'one call for several tenants: a registration that nobody uses stays',
    file: 'functions/scale-up/src/finish-start.ts',
    edits: [["registration: 'unused'", "registration: 'none'"]],
    suites: ['testing/system/shared-calls'],
  },
  {
    name: 'one call for several tenants: one that never shares, by `except` or a pool of its own, does',
    file: 'functions/scale-up/src/deps.ts',
    edits: [['return tiers.get(tier)?.has(installationId) === false;', 'return tiers.has(tier);']],
    suites: ['testing/system/shared-calls'],
  },
  {
    name: 'one call for several tenants: the ids of those that never share are not those of messages',
    file: 'functions/scale-up/src/config.ts',
    edits: [['new Set(ids.map(Number))', 'new Set(ids)']],
    suites: ['functions/scale-up/src/config'],
  },
  {
    name: 'one call for several: a machine claims for another of the same call',
    file: 'functions/machine/src/decide-claim.ts',
    edits: [
      ['launch.intent.group !== undefined && !isOwnInterface(launch.interfaceId, request)', 'launch.launchId === null'],
    ],
    suites: ['functions/machine/src/decide-claim'],
  },
  {
    name: 'the intent: a time-out moves to the next candidate',
    file: 'functions/scale-up/src/launch-instance.ts',
    edits: [
      [
        "      case 'unknown':\n" +
          '        throw new RetryLater(`EC2 gave no clear answer (${answer.code}); the same call is repeated`);\n',
        '',
      ],
      ["      case 'refused':\n", "      case 'unknown':\n      case 'refused':\n"],
    ],
    suites: ['testing/system/launch'],
  },
  {
    name: 'the start number: a relaunch uses the ended launch again',
    file: 'libs/core/src/transitions/job-waits.ts',
    edits: [
      ['  startNumber: job.startNumber + 1,', '  startNumber: job.startNumber,'],
      ['launchIdOf(job.jobId, job.startNumber + 1)', 'launchIdOf(job.jobId, job.startNumber)'],
    ],
    suites: ['testing/system/launch'],
  },
  {
    name: 'the start number: a parked job of an ended launch gets no new one',
    file: 'libs/core/src/protocol/dispatch-next-jobs.ts',
    edits: [
      [
        '  const renewed = await renewStart(job, deps);',
        '  if (job.startNumber > 0) return undefined;\n  const renewed = await renewStart(job, deps);',
      ],
    ],
    suites: ['testing/system/launch'],
  },
  {
    name: 'the second admission after a job is parked',
    file: 'functions/scale-up/src/admit-job.ts',
    edits: [["      if (waiting.row.state === 'parked') await askOnceMore(waiting.row, delivery, deps);\n", '']],
    suites: ['testing/system/launch'],
  },
  {
    name: 'the wake after a release',
    file: 'libs/core/src/protocol/release.ts',
    edits: [['  else if (!hadRoom(over, deps)) await dispatchInto(over.lookup, deps);\n', '']],
    suites: ['testing/system/launch'],
  },
  {
    name: 'the wake after a refusal that the next job would meet too',
    file: 'libs/core/src/protocol/release.ts',
    edits: [["  if (how.followUp.kind === 'park') return true;\n", '']],
    suites: ['testing/system/recursion'],
  },
  {
    name: 'the age at which EC2\'s "no such instance" is a proof',
    file: 'libs/core/src/model/launch.ts',
    edits: [
      [
        'return ageOf(launch.launchedAt ?? launch.createdAt, now) >= EC2_KNOWS_AFTER;',
        'return ageOf(launch.launchedAt ?? launch.createdAt, now) >= 0;',
      ],
    ],
    suites: ['testing/system/machine-end'],
  },
  {
    name: "a cancelled job's machine: without the word of GitHub",
    file: 'functions/scale-down/src/end-unused-machine.ts',
    edits: [["registration: 'must-go' } as const;", "registration: 'whatever' } as const;"]],
    suites: ['testing/system/cancelled-jobs'],
  },
  {
    name: 'the remembered runner group: serves a job of which a machine came to nothing',
    file: 'libs/core/src/decisions/known-group.ts',
    edits: [['job.restarts > 0 || ', '']],
    suites: ['libs/core/src/decisions/known-group'],
  },
  {
    name: 'the remembered runner group: serves whatever group the row names now',
    file: 'libs/core/src/decisions/known-group.ts',
    edits: [['known.group === group && ', '']],
    suites: ['libs/core/src/decisions/known-group'],
  },
  {
    name: 'the remembered runner group: takes public repositories',
    file: 'libs/core/src/decisions/known-group.ts',
    edits: [['repositories === undefined ? !isPublic', 'repositories === undefined ? true']],
    suites: ['libs/core/src/decisions/known-group'],
  },
  {
    name: 'the remembered runner group: a machine whose token GitHub refuses waits for GitHub to end',
    file: 'functions/scale-up/src/finish-start.ts',
    edits: [['start.refusal !== undefined', 'false']],
    suites: ['testing/system/runner-groups'],
  },
  {
    name: "a machine that EC2 ended: on the tenant's circuit",
    file: 'libs/core/src/protocol/record-launch-outcome.ts',
    edits: [
      [
        'const NO_FAULT = /^(spot|ec2:|ended-by-hand$|job-waits$)/;',
        'const NO_FAULT = /^(spot|ended-by-hand$|job-waits$)/;',
      ],
    ],
    suites: ['testing/system/machine-end'],
  },
  {
    name: "the tenant's status after RunInstances",
    file: 'functions/scale-up/src/decide-start.ts',
    edits: [["if (policy.kind !== 'pass') return policy;", "if (policy.kind === 'refuse') return policy;"]],
    suites: ['testing/system/launch'],
  },
  {
    name: 'the rows by which a machine is configured: however long ago they were read',
    file: 'functions/scale-up/src/decide-start.ts',
    edits: [['return now.getTime() - readAt.getTime() < FRESH;', 'return now.getTime() >= readAt.getTime();']],
    suites: ['testing/system/launch', 'testing/system/cancelled-jobs'],
  },
  {
    name: "a message's note of its tenant: whatever the row says now",
    file: 'functions/scale-up/src/admit-job.ts',
    edits: [['{ lookup, isNew: true, expected }', '{ lookup, isNew: true }']],
    suites: ['testing/system/tenant-note'],
  },
  {
    name: "a message's note of its tenant: nothing must be missing from the row",
    file: 'libs/core/src/model/tenant-note.ts',
    edits: [
      ['row[name] ?? null]', 'row[name]]'],
      [
        '[...ASKED, circuitAttribute(tier)].map(',
        '[...ASKED, circuitAttribute(tier)].filter((name) => row[name] !== undefined).map(',
      ],
    ],
    suites: ['libs/core/src/model/tenant-note'],
  },
  {
    name: "a message's note of its tenant: good for any time",
    file: 'functions/scale-up/src/decide-start.ts',
    edits: [[' || ageOf(job.queuedAt, now) > NOTE_LASTS', '']],
    suites: ['testing/system/tenant-note'],
  },
  {
    name: 'the notes of a tenant: for more jobs than it has slots',
    file: 'functions/webhook/src/tenant-cache.ts',
    edits: [['      entry.noted += 1;\n', '']],
    suites: ['functions/webhook/src/route-job'],
  },
  {
    name: 'the seats of an event: the first job looks before the others sit',
    file: 'functions/scale-up/src/handler.ts',
    edits: [['        await Promise.resolve();\n', '']],
    suites: ['testing/system/one-call'],
  },
  {
    name: "a late worker's undo: the machine without its registration",
    file: 'functions/scale-up/src/finish-start.ts',
    edits: [["how.registration ?? (isFirst ? 'none' : 'must-go')", "'none'"]],
    suites: ['testing/system/counterexamples'],
  },
  {
    name: 'a launch: what an earlier worker may have registered for its machine',
    file: 'functions/scale-up/src/start-runner.ts',
    edits: [
      [
        'launch.instanceId === undefined && (isNew || launch.intent === undefined);',
        'launch.instanceId === undefined;',
      ],
    ],
    suites: ['testing/system/counterexamples'],
  },
  {
    name: 'a launch: a slot given back after an intent of another worker, without the word of EC2',
    file: 'functions/scale-up/src/start-runner.ts',
    edits: [['launch.intent !== undefined && isNew !== true', 'false']],
    suites: ['testing/system/counterexamples'],
  },
  {
    name: 'a launch: the machine in its row before something is waited for',
    file: 'functions/scale-up/src/throttle-writes.ts',
    edits: [['await onWait?.();', '']],
    suites: ['functions/scale-up/src/throttle-writes'],
  },
  {
    name: 'the sweep: a launch in `ending`',
    file: 'functions/scale-down/src/decide-sweep.ts',
    edits: [["return [{ kind: 'finish-release', launch }];", 'return [];']],
    suites: ['testing/system/counterexamples'],
  },
  {
    name: 'the sweep: a job without a launch',
    file: 'functions/scale-down/src/decide-sweep.ts',
    edits: [["return [{ kind: 'ask-github', job }];", 'return [];']],
    suites: ['testing/system/counterexamples'],
  },
  {
    name: 'the registration of a worker that died',
    file: 'libs/core/src/protocol/deregister.ts',
    edits: [
      [
        "    if (found.runner === undefined) return { kind: 'gone' };\n    runnerId = found.runner.id;",
        "    return { kind: 'gone' };",
      ],
    ],
    suites: ['testing/system/crash/crash.test'],
  },
  {
    name: 'the last receive parks the job',
    file: 'functions/scale-up/src/handle-job.ts',
    edits: [['    await parkPoisoned(message, cause, deps);\n', '']],
    suites: ['testing/system/launch'],
  },
  {
    name: "another tenant's runner name binds",
    file: 'functions/scale-down/src/bind-runner.ts',
    edits: [
      [
        'const launches = await deps.launches.listOpen(installationId);',
        'const launches = await deps.launches.listOpen(1001);',
      ],
    ],
    suites: ['testing/system/runners'],
  },
  {
    name: 'a runner: the first launch of a job is taken for that of the machine that its runner is named after',
    file: 'functions/scale-down/src/bind-runner.ts',
    edits: [
      [
        'launchId: launchIdOf(jobId, 1) }, taken, deps, { ofMachine });',
        'launchId: launchIdOf(jobId, 1) }, taken, deps);',
      ],
    ],
    suites: ['testing/system/call-counts'],
  },
  {
    name: 'a job of a public repository is let start without a look at its tenant',
    file: 'functions/scale-down/src/handle-job-event.ts',
    edits: [[' || event.isPublic ||', ' ||']],
    suites: ['testing/system/call-counts'],
  },
  {
    name: 'a job of another account is let start without a look at its tenant',
    file: 'libs/core/src/transitions/job-runs.ts',
    edits: [['launchId: facts.launchId, ownerId: job.ownerId }', 'launchId: facts.launchId }']],
    suites: ['testing/system/call-counts'],
  },
  {
    name: "the budget of a tenant's deliveries",
    file: 'functions/webhook/src/handle-delivery.ts',
    edits: [
      [
        'if (await deps.budget.admits(installationId, await rateOf(installationId, deps))) return undefined;',
        'await deps.budget.admits(installationId, await rateOf(installationId, deps)); return undefined;',
      ],
    ],
    suites: ['functions/webhook/src/handler'],
  },
  {
    name: 'a budget for each tenant',
    file: 'functions/webhook/src/tenant-budget.ts',
    edits: [
      ['const share = shareOf(installationId, ownOf(rate), now);', 'const share = shareOf(0, ownOf(rate), now);'],
    ],
    suites: ['functions/webhook/src/tenant-budget'],
  },
  {
    name: 'a refusal is remembered, so that a flood costs no write for each delivery',
    file: 'functions/webhook/src/tenant-budget.ts',
    edits: [['if (now < share.closedUntil)', 'if (now < 0)']],
    suites: ['functions/webhook/src/tenant-budget'],
  },
  {
    name: 'the bucket that all containers share',
    file: 'libs/aws/src/dynamodb/budgets.ts',
    edits: [['if (outcome.ok) return undefined;', 'return undefined;']],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'the buckets on DynamoDB',
  },
  {
    name: "the turns of tenants' failed deliveries",
    file: 'libs/aws/src/dynamodb/delivery-store.ts',
    edits: [
      [
        'const since = delivery.dueAt > now.toISOString() ? delivery.dueAt : now.toISOString();',
        'const since = delivery.dueAt;',
      ],
    ],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'the recovery store on DynamoDB',
  },
  {
    name: 'a part of the redeliveries for each tenant whose turn it is',
    file: 'functions/recovery/src/redeliver.ts',
    edits: [
      ['(REDELIVERIES_A_RUN - run.begun) / turns.length', 'REDELIVERIES_A_RUN'],
      ['a.kind - b.kind || a.place - b.place', '0'],
    ],
    suites: ['functions/recovery/src/deliveries.test'],
  },
  {
    name: 'the bound of what is kept of one tenant',
    file: 'functions/recovery/src/delivery-notes.ts',
    edits: [['if (book.noted >= book.room) {', 'if (book.noted < 0) {']],
    suites: ['functions/recovery/src/delivery-notes'],
  },
  {
    name: 'an event of an installation is kept, however many of its jobs failed',
    file: 'functions/recovery/src/delivery-notes.ts',
    edits: [['isOfInstallation(attempt) || ', '']],
    suites: ['functions/recovery/src/delivery-notes'],
  },
  {
    name: 'what failed is read apart from what arrived',
    file: 'functions/recovery/src/delivery-cursor.ts',
    edits: [["only: 'failure', ", '']],
    suites: ['functions/recovery/src/deliveries.test'],
  },
  {
    name: 'a second redelivery waits for what came of the first',
    file: 'functions/recovery/src/redeliver.ts',
    edits: [["? 'postpone' : 'ask'", "? 'ask' : 'ask'"]],
    suites: ['functions/recovery/src/deliveries.test'],
  },
  {
    name: "recovery's requests at GitHub are counted",
    file: 'functions/recovery/src/app-requests.ts',
    edits: [['isDownTo: (kept) => left <= kept', 'isDownTo: () => left < -1_000_000']],
    suites: ['functions/recovery/src/deliveries.test'],
  },
  {
    name: 'an invocation that is over takes no place from another',
    file: 'libs/aws/src/dynamodb/account-line.ts',
    edits: [['cause instanceof InvocationOver ? all.slice(0, 1) : all', 'all']],
    suites: ['libs/aws/src/dynamodb/account-line'],
  },
  {
    name: 'a hundred runs of a day are not all',
    file: 'functions/recovery/src/search-repository.ts',
    edits: [["(breadth === 'recent' && reachesBack(newest.runs, deps.clock.now()))", "breadth === 'recent'"]],
    suites: ['functions/recovery/src/missed-jobs'],
  },
  {
    name: 'a search of all asks for old runs that go on',
    file: 'functions/recovery/src/search-repository.ts',
    edits: [["(breadth === 'recent' && reachesBack", '(reachesBack']],
    suites: ['functions/recovery/src/missed-jobs'],
  },
  {
    name: "the newest runs do not depend on GitHub's index",
    file: 'functions/recovery/src/search-repository.ts',
    edits: [
      [
        'const runs = new Set(newest.runs.filter(({ isOpen }) => isOpen).map(({ runId }) => runId));',
        'const runs = new Set<number>();',
      ],
    ],
    suites: ['functions/recovery/src/missed-jobs'],
  },
  {
    name: 'jobs are searched for beside the requests of the App',
    file: 'functions/recovery/src/handler.ts',
    edits: [
      ["const searching = part('jobs', () => scanRound(deps, overview, leftBelow(0)), undefined);", ''],
      ['await searching', "await part('jobs', () => scanRound(deps, overview, leftBelow(0)), undefined)"],
    ],
    suites: ['functions/recovery/src/handler'],
  },
  {
    name: "the searches' turns: each kind has a share",
    file: 'functions/recovery/src/scan-turns.ts',
    edits: [['    .sort((a, b) => a.place - b.place)\n', '']],
    suites: ['functions/recovery/src/plan-scans'],
  },
  {
    name: "the searches' turns: whoever has waited longest",
    file: 'functions/recovery/src/scan-turns.ts',
    edits: [['return a.since < b.since ? -1 : a.since > b.since ? 1 :', 'return']],
    suites: ['functions/recovery/src/plan-scans'],
  },
  {
    name: 'a suspension that is toggled earns no search at once',
    file: 'functions/recovery/src/plan-scans.ts',
    edits: [['changed && hasPassed(state.urgentFrom, now)', 'changed']],
    suites: ['functions/recovery/src/plan-scans'],
  },
  {
    name: 'a search goes on where it is, whatever changes',
    file: 'functions/recovery/src/plan-scans.ts',
    edits: [
      ["if (isUrgent && !(goesOn && state.breadth === 'everywhere'))", 'if (isUrgent)'],
      ['if (goesOn) return', 'if (goesOn && !changed) return'],
    ],
    suites: ['functions/recovery/src/plan-scans'],
  },
  {
    name: 'the API: a token reaches another tenant',
    file: 'functions/api/src/access/permissions.ts',
    edits: [['installationId === caller.installationId;', 'installationId > 0;']],
    suites: ['functions/api/src/access/refusals'],
  },
  {
    name: 'the API: a path passes for another before a policy',
    file: 'functions/api/src/http/request.ts',
    edits: [['  if (url.pathname !== rawPath) throw noOperation();\n', '']],
    suites: ['functions/api/src/handler.test'],
  },
  {
    name: 'the API: a role that is not listed may call',
    file: 'functions/api/src/access/permissions.ts',
    edits: [['  if (!roles.includes(caller.role)) return false;\n', '']],
    suites: ['functions/api/src/access/refusals'],
  },
  {
    name: 'the API: a token for another audience counts',
    file: 'functions/api/src/access/verify-token.ts',
    edits: [['        audience: issuer.audience,\n', '']],
    suites: ['functions/api/src/access/authenticate'],
  },
  {
    name: "the API: a pull request's token counts",
    file: 'functions/api/src/access/decide-tenant-claim.ts',
    edits: [["  if (!OWN_EVENTS.includes(claims['event_name']))", '  if (OWN_EVENTS.length === 0)']],
    suites: ['functions/api/src/access/authenticate'],
  },
  {
    name: 'the API: a cursor is good for any list',
    file: 'functions/api/src/http/cursor.ts',
    edits: [['...scope.map((part) => part ?? null)', '...scope.map(() => null)']],
    suites: ['functions/api/src/operations/lists'],
  },
  {
    name: 'the API: an ETag is not compared',
    file: 'functions/api/src/operations/change-tenant.ts',
    edits: [["if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(found)) throw hasChanged();", '']],
    suites: ['functions/api/src/operations/change-tenant'],
  },
  {
    name: 'the audit trail: an edit by hand is taken for that of the last note',
    file: 'functions/tenant-manager/src/describe-audit.ts',
    edits: [[" || id === before?.['change_id']", '']],
    suites: ['functions/tenant-manager/src/audit'],
  },
  {
    name: 'the redelivery cursor: saved before the failures that it passes are recorded',
    file: 'functions/recovery/src/find-failed-deliveries.ts',
    edits: [
      [RECORD_OUTCOMES, ''],
      ['pass: { top, cursor, begun } });\n', `pass: { top, cursor, begun } });\n${RECORD_OUTCOMES}`],
    ],
    suites: ['testing/system/crash/crash.test'],
  },
  {
    name: 'the redelivery cursor: it rises before the pass is complete',
    file: 'functions/recovery/src/find-failed-deliveries.ts',
    edits: [
      [
        'await save({ ...start, pass: { top, cursor, begun } });',
        'await save({ ...start, floor: raiseFloor(start, top, 0) });',
      ],
    ],
    suites: ['testing/system/crash/crash.test'],
  },
  {
    name: 'the pauses between two redeliveries',
    file: 'functions/recovery/src/redeliver.ts',
    edits: [['return FIRST_PAUSE * 4 ** Math.max(0, requests - 1);', 'return requests < 0 ? 0 : FIRST_PAUSE;']],
    suites: ['functions/recovery/src/deliveries.test'],
  },
  {
    name: 'links: one that is over opens its page',
    file: 'functions/api/src/access/links.ts',
    edits: [['return left > 0 && left <= LINK_LIFETIME', 'return left <= LINK_LIFETIME']],
    suites: ['functions/api/src/access/links'],
  },
  {
    name: 'links: one lives for as long as it says',
    file: 'functions/api/src/access/links.ts',
    edits: [['return left > 0 && left <= LINK_LIFETIME', 'return left > 0']],
    suites: ['functions/api/src/access/links'],
  },
  {
    name: 'links: any signature will do',
    file: 'functions/api/src/access/links.ts',
    edits: [['isSameText(given, signature(key, text))', 'isSameText(given, given)']],
    suites: ['functions/api/src/access/links'],
  },
  {
    name: 'links: what the key signs for something else is a link',
    file: 'functions/api/src/access/links.ts',
    edits: [
      [
        'isSameText(given, signature(key, text))',
        "['link', 'cursor'].some((kind) => isSameText(given, deriveSecret(key, JSON.stringify([kind, text]))))",
      ],
    ],
    suites: ['functions/api/src/access/links'],
  },
  {
    name: 'links: one shows any tenant',
    file: 'functions/api/src/access/permissions.ts',
    edits: [['installationId === caller.installationId;', 'installationId > 0;']],
    suites: ['functions/api/src/access/links'],
  },
  {
    name: 'checks: two runs make a check each',
    file: 'libs/core/src/transitions/job-checks.ts',
    edits: [['condition: { checkAt: job.checkAt ?? null, ...asRead }', 'condition: { ...asRead }']],
    suites: ['testing/system/checks'],
  },
  {
    name: 'checks: one whose making gave no answer is made again at once',
    file: 'functions/scale-down/src/carry-out-check.ts',
    edits: [["if (answer.kind !== 'unavailable') await record", 'await record']],
    suites: ['testing/system/checks'],
  },
  {
    name: 'checks: one goes on after its job is over',
    file: 'libs/core/src/decisions/decide-check.ts',
    edits: [["if (job.state === 'running' || isEnded(job.state))", "if (job.state === 'running')"]],
    suites: ['libs/core/src/decisions/decide-check', 'testing/system/checks'],
  },
  {
    name: 'checks: a tenant writes as many as it has jobs',
    file: 'functions/scale-down/src/check-budget.ts',
    edits: [
      ["return taken.kind === 'taken' ? { ...budget, fullAt: taken.fullAt } : undefined;", 'return taken && budget;'],
    ],
    suites: ['testing/system/checks'],
  },
  {
    name: 'usage: a cap that is used up keeps nothing from starting',
    file: 'libs/core/src/decisions/launch-gate.ts',
    edits: [['if (cap !== undefined)', 'if (cap?.used === -1)']],
    suites: ['testing/system/usage'],
  },
  {
    name: 'usage: what runs does not count until it ends',
    file: 'libs/core/src/decisions/usage-caps.ts',
    edits: [['    seconds += own;\n', '']],
    suites: ['libs/core/src/decisions/usage-caps', 'testing/system/usage'],
  },
  {
    name: 'usage: what was used yesterday counts today',
    file: 'libs/core/src/decisions/usage-caps.ts',
    edits: [['usage?.day === dayOf(iso)', 'usage !== undefined']],
    suites: ['libs/core/src/decisions/usage-caps', 'testing/system/usage'],
  },
  {
    name: 'usage: a launch is over although its machine is not in the ledger',
    file: 'libs/core/src/protocol/end-launch.ts',
    edits: [
      [
        'buildRelease(launch, proof, false, deps), facts, deps)',
        'buildRelease(launch, proof, true, deps), facts, deps)',
      ],
    ],
    suites: ['testing/system/usage'],
  },
  {
    name: 'usage: a machine is charged up to the discovery of its end',
    file: 'libs/core/src/protocol/end-launch.ts',
    edits: [['launch.machineEndedAt ?? machine?.endedAt ?? endedAt ?? now', 'launch.machineEndedAt ?? now']],
    suites: ['testing/system/usage'],
  },
  {
    name: 'usage: an older reading replaces a later one',
    file: 'libs/aws/src/dynamodb/tenant-registry.ts',
    edits: [
      [
        '(attribute_not_exists(${at}) OR ${at} < ${expression.value(usage.at)})',
        '(attribute_not_exists(${at}) OR ${at} <> ${expression.value(usage.at)})',
      ],
    ],
    suites: ['testing/kit/src/contracts/dynamodb'],
    tests: 'the tenant registry on DynamoDB',
  },
  {
    name: 'callbacks: a private address in an IPv6 one is public',
    file: 'functions/callbacks/src/public-address.ts',
    edits: [
      [
        "if (embedding.check(address, 'ipv6')) return isPublicAddress(embeddedIn(address));",
        "if (embedding.check(address, 'ipv6')) return true;",
      ],
    ],
    suites: ['functions/callbacks/src/public-address'],
  },
  {
    name: 'callbacks: a machine’s metadata may be called',
    file: 'functions/callbacks/src/public-address.ts',
    edits: [["  '169.254.0.0/16',\n", '']],
    suites: ['functions/callbacks/src/public-address'],
  },
  {
    name: 'callbacks: one public address makes a name public',
    file: 'functions/callbacks/src/resolve-public.ts',
    edits: [['!all.every(', '!all.some(']],
    suites: ['functions/callbacks/src/resolve-public'],
  },
  {
    name: 'callbacks: the name is looked up again for the call',
    file: 'functions/callbacks/src/post.ts',
    edits: [['host: to.address', 'host: url.hostname']],
    suites: ['functions/callbacks/src/post'],
  },
  {
    name: 'callbacks: an endpoint that sends elsewhere has taken the call',
    file: 'functions/callbacks/src/deliver.ts',
    edits: [['status < 200 || status >= 300', 'status < 200 || status >= 400']],
    suites: ['functions/callbacks/src/handler'],
  },
  {
    name: 'callbacks: an address that a hand wrote is called as it is',
    file: 'functions/callbacks/src/deliver.ts',
    edits: [['if (problem !== undefined) throw', 'if (problem === null) throw']],
    suites: ['functions/callbacks/src/handler'],
  },
  {
    name: 'callbacks: an address is set whatever it says',
    file: 'libs/core/src/decisions/decide-callback.ts',
    edits: [['url === null ? undefined : callbackProblem(url)', 'url === null ? undefined : undefined']],
    suites: ['functions/api/src/operations/callbacks'],
  },
  {
    name: 'callbacks: a recorded call may be sent again at any time',
    file: 'functions/callbacks/src/sign.ts',
    edits: [['`${id}.${timestamp}.${body}`', '`${id}.${body}`']],
    suites: ['functions/callbacks/src/sign'],
  },
  {
    name: 'callbacks: an old secret signs for ever',
    file: 'libs/core/src/model/callback.ts',
    edits: [['until !== undefined && until <= now.toISOString()', "until === ''"]],
    suites: ['libs/core/src/model/callback'],
  },
  {
    name: 'callbacks: a dead endpoint is called all the time',
    file: 'functions/callbacks/src/endpoints.ts',
    edits: [['failures >= FAILURES && now() < until', 'failures < 0']],
    suites: ['functions/callbacks/src/fair-line'],
  },
  {
    name: 'callbacks: a fault of ours counts against the endpoint',
    file: 'functions/callbacks/src/handler.ts',
    edits: [
      [
        '  const storedSecrets = await deps.storedSecrets(installationId);\n',
        '  const storedSecrets = await deps.storedSecrets(installationId).catch(() => undefined);\n',
      ],
    ],
    suites: ['functions/callbacks/src/handler'],
  },
  {
    name: 'callbacks: an event is given up without a word',
    file: 'functions/callbacks/src/handler.ts',
    edits: [['  if (isLast(record)) await giveUp(failure, deps);\n', '']],
    suites: ['functions/callbacks/src/handler'],
  },
  {
    name: 'callbacks: a reason says what the network answered',
    file: 'functions/callbacks/src/handler.ts',
    edits: [
      [
        '  if (cause instanceof CallbackRefused) return cause.message;',
        '  if (cause instanceof Error) return cause.message;',
      ],
    ],
    suites: ['functions/callbacks/src/handler'],
  },
  {
    name: 'callbacks: the secret of a tenant that is gone stays',
    file: 'functions/events/src/call-back.ts',
    edits: [['      await callbacks.forget(gone.installation_id);\n', '']],
    suites: ['functions/events/src/call-back'],
  },
  ...appMutations,
];
