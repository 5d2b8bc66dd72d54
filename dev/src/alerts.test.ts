import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { inRepository } from './repository.ts'

// Alerts as Prometheus itself evaluates them: its promtool, from PROMTOOL or PATH. Without one this is skipped; that the
// queries are well-formed and ask for what is served is tested with the whole system.

const run = promisify(execFile)
const promtool = [
  process.env['PROMTOOL'] ?? '',
  ...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'promtool')),
].find((path) => path !== '' && existsSync(path))

interface Case {
  readonly what: string
  readonly alert: string
  /** Series in promtool's notation, a value a minute. */
  readonly series: Readonly<Record<string, string>>
  /** Minutes after the begin. */
  readonly at: number
  /** Labels of what fires, beside the severity; undefined when nothing does. */
  readonly fires?: Readonly<Record<string, string>>
}

const ns = 'namespace="a"'
const up = `up{${ns},component="backend",pod="backend-1"}`
const calls = (code: string) => `fairlead_grpc_calls_total{${ns},method="m",code="${code}"}`
const attempts = (outcome: string) =>
  `fairlead_task_attempts_total{${ns},service="cutout",outcome="${outcome}"}`
const ready = `fairlead_queue_tasks{${ns},pod="worker-1",state="ready"}`
const slots = `fairlead_queue_worker_slots{${ns},pod="worker-1"}`

const cases: readonly Case[] = [
  {
    what: 'fixes wait for longer than two minutes',
    alert: 'FairleadFixesLag',
    series: { [`fairlead_location_lag_seconds{${ns},pod="backend-1"}`]: '0x3 130x10' },
    at: 10,
    fires: { namespace: 'a' },
  },
  {
    what: 'fixes wait for a moment',
    alert: 'FairleadFixesLag',
    series: { [`fairlead_location_lag_seconds{${ns},pod="backend-1"}`]: '0x3 130x2 0x20' },
    at: 12,
  },
  {
    what: 'a batch of fixes was put aside',
    alert: 'FairleadFixesDead',
    series: { [`fairlead_location_dead_batches{${ns},pod="worker-1"}`]: '0x3 1x30' },
    at: 20,
    fires: { namespace: 'a' },
  },
  {
    what: 'no backend answers',
    alert: 'FairleadBackendDown',
    series: { [up]: '1x3 0x20' },
    at: 8,
    fires: { namespace: 'a' },
  },
  {
    what: 'one of two backends answers',
    alert: 'FairleadBackendDown',
    series: { [up]: '0x20', [up.replace('backend-1', 'backend-2')]: '1x20' },
    at: 15,
  },
  {
    what: 'backends answer and cannot count',
    alert: 'FairleadDatabaseAway',
    series: { [up]: '1x20', [ready]: '0x3 stale' },
    at: 10,
    fires: { namespace: 'a' },
  },
  {
    what: 'backends answer and count',
    alert: 'FairleadDatabaseAway',
    series: { [up]: '1x20', [ready]: '0x20' },
    at: 10,
  },
  {
    what: 'a tenth of the calls is a defect',
    alert: 'FairleadCallsFail',
    series: { [calls('OK')]: '0+90x30', [calls('INTERNAL')]: '0+10x30' },
    at: 20,
    fires: { namespace: 'a' },
  },
  {
    what: 'half of the calls is refused',
    alert: 'FairleadCallsFail',
    series: { [calls('OK')]: '0+50x30', [calls('PERMISSION_DENIED')]: '0+50x30' },
    at: 20,
  },
  {
    what: 'tasks wait and nobody takes any',
    alert: 'FairleadNoWorkers',
    series: { [ready]: '5x20', [slots]: '0x20' },
    at: 10,
    fires: { namespace: 'a' },
  },
  {
    what: 'nothing waits and there is no worker',
    alert: 'FairleadNoWorkers',
    series: { [ready]: '0x20', [slots]: '0x20' },
    at: 10,
  },
  {
    what: 'most attempts fail',
    alert: 'FairleadAttemptsFail',
    series: { [attempts('failed')]: '0+4x60', [attempts('completed')]: '0+1x60' },
    at: 50,
    fires: { namespace: 'a', service: 'cutout' },
  },
  {
    what: 'a single attempt fails',
    alert: 'FairleadAttemptsFail',
    series: { [attempts('failed')]: '0 1x60' },
    at: 20,
  },
  {
    what: 'two workers tell of the same parked event',
    alert: 'FairleadEventsParked',
    series: {
      [`fairlead_events_parked{${ns},pod="worker-1"}`]: '1x30',
      [`fairlead_events_parked{${ns},pod="worker-2"}`]: '1x30',
    },
    at: 20,
    fires: { namespace: 'a' },
  },
  {
    what: 'the last verification found a broken transaction',
    alert: 'FairleadLedgerBroken',
    series: { [`fairlead_credits_ledger_broken{${ns},pod="worker-1"}`]: '0x5 1x10' },
    at: 10,
    fires: { namespace: 'a' },
  },
  {
    what: 'no worker seals',
    alert: 'FairleadLedgerNotSealed',
    series: { [`fairlead_credits_oldest_unsealed_age_seconds{${ns},pod="worker-1"}`]: '0+60x60' },
    at: 40,
    fires: { namespace: 'a' },
  },
  {
    what: 'a transaction waits for the next sealing',
    alert: 'FairleadLedgerNotSealed',
    series: { [`fairlead_credits_oldest_unsealed_age_seconds{${ns},pod="worker-1"}`]: '1x60' },
    at: 40,
  },
  {
    what: 'pages of one frontend are not told',
    alert: 'FairleadPagesNotTold',
    series: {
      [`fairlead_sockets_bus_connected{${ns},pod="frontend-1"}`]: '0x20',
      [`fairlead_sockets_bus_connected{${ns},pod="frontend-2"}`]: '1x20',
    },
    at: 10,
    fires: { namespace: 'a', pod: 'frontend-1' },
  },
]

describe.skipIf(promtool === undefined)(
  'alerts, as promtool judges them (needs it on PATH, or PROMTOOL)',
  () => {
    let folder: string
    const severities = new Map<string, string>()

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'fairlead-alerts-'))
      const text = readFileSync(inRepository('k8s/components/monitoring/alerts.yaml'), 'utf8')
      const { spec } = parse(text) as {
        spec: { groups: { rules: { alert: string; labels: { severity: string }; annotations?: object }[] }[] }
      }
      writeFileSync(join(folder, 'whole.json'), JSON.stringify(spec))
      for (const rule of spec.groups.flatMap(({ rules }) => rules)) {
        severities.set(rule.alert, rule.labels.severity)
        // What an alert says would have to be repeated by every case.
        delete rule.annotations
      }
      writeFileSync(join(folder, 'rules.json'), JSON.stringify(spec))
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    test('are rules as Prometheus takes them, and say what they say by its templates', async () => {
      await run(promtool ?? '', ['check', 'rules', '--lint-fatal', join(folder, 'whole.json')])
    })

    test.each(cases)('$alert when $what', async ({ alert, series, at, fires, what }) => {
      const severity = severities.get(alert)
      expect(severity).toBeDefined()
      const file = join(folder, `${what.replaceAll(' ', '-')}.json`)
      const unitTest = {
        rule_files: [join(folder, 'rules.json')],
        evaluation_interval: '1m',
        tests: [
          {
            interval: '1m',
            input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
            alert_rule_test: [
              {
                eval_time: `${at}m`,
                alertname: alert,
                exp_alerts: fires === undefined ? [] : [{ exp_labels: { ...fires, severity } }],
              },
            ],
          },
        ],
      }
      writeFileSync(file, JSON.stringify(unitTest))
      await run(promtool ?? '', ['test', 'rules', file])
    })
  },
)
