import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { playwrightTally } from '../../dev/src/testing/playwright-tally.ts'
import { judge, nothingRan, summary } from '../../dev/src/testing/tally.ts'
import { ClusterTool } from './harness/cluster-tool.ts'
import { servicesTakeEffect, watchCluster } from './harness/cluster-watch.ts'
import { repository } from './harness/repository.ts'
import { keepBridgeSteady } from './harness/steady-bridge.ts'

/**
 * `npm run test:cluster`: Fairlead's images on a real Kubernetes, then the specs. Arguments go to Playwright. The
 * last line counts, as that of `npm test` does.
 */
async function main(): Promise<number> {
  const tool = ClusterTool.find(process.env)
  if (typeof tool === 'string') {
    console.log(summary({ ...nothingRan(), skipped: [{ name: 'cluster', reason: tool }] }).join('\n'))
    return 0
  }
  const results = mkdtempSync(join(tmpdir(), 'fairlead-cluster-'))
  try {
    console.log('Starting the cluster')
    await start(tool)
    await keepBridgeSteady()
    await tool.call(['base'])
    const report = join(results, 'report.json')
    const leave = watchCluster(tool)
    const code = await playwright(report).finally(leave)
    const tally = judge(existsSync(report) ? playwrightTally(report) : undefined, code)
    console.log(`\n${summary(tally).join('\n')}`)
    return tally.failed === 0 ? 0 : 1
  } finally {
    rmSync(results, { recursive: true, force: true })
  }
}

async function start(tool: ClusterTool): Promise<void> {
  await tool.call(['up'])
  Object.assign(process.env, await tool.environment())
  try {
    await servicesTakeEffect(tool)
  } catch (error) {
    console.log(error instanceof Error ? error.message : error)
    // Someone's own environments may stand in it, but not in CI.
    if (process.env['CI'] === undefined) throw new Error('the cluster is broken: end it and start it again')
    console.log('Starting the cluster afresh')
    await tool.call(['down'])
    await tool.call(['up'])
    await servicesTakeEffect(tool)
  }
}

function playwright(report: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const program = join(repository, 'node_modules/.bin/playwright')
    const config = join(repository, 'e2e/cluster/playwright.config.ts')
    const child = spawn(process.execPath, [program, 'test', '--config', config, ...process.argv.slice(2)], {
      stdio: 'inherit',
      env: { ...process.env, FAIRLEAD_E2E_REPORT: report },
    })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

process.exitCode = await main()
