import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { playwrightTally } from '../../dev/src/testing/playwright-tally.ts'
import { judge, nothingRan, summary } from '../../dev/src/testing/tally.ts'
import { ClusterTool } from './harness/cluster-tool.ts'
import { repository } from './harness/repository.ts'

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
    await tool.call(['up'])
    await tool.call(['base'])
    const report = join(results, 'report.json')
    const code = await playwright(report)
    const tally = judge(existsSync(report) ? playwrightTally(report) : undefined, code)
    console.log(`\n${summary(tally).join('\n')}`)
    return tally.failed === 0 ? 0 : 1
  } finally {
    rmSync(results, { recursive: true, force: true })
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
