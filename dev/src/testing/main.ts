import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../commands/run-command.ts'
import { findEnvoy } from '../envoy/binary.ts'
import { buildPages, pagesAreStale } from '../frontend/build.ts'
import { inRepository, repository } from '../repository.ts'
import { playwrightTally } from './playwright-tally.ts'
import { judge, sum, summary, type Tally } from './tally.ts'

/**
 * `npm test`: first unit and integration tests, then end to end. --unit or --e2e takes one half; other
 * arguments go to the runners. The last line counts both.
 */
const { argv } = process
const given = argv.slice(2)
const only = given.find((argument) => argument === '--unit' || argument === '--e2e')
const passedOn = given.filter((argument) => argument !== only)
const results = mkdtempSync(join(tmpdir(), 'fairlead-test-'))
const bin = (name: string) => inRepository('node_modules', '.bin', name)

function run(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
  cwd = repository,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

async function unit(): Promise<Tally> {
  const file = join(results, 'unit.json')
  const reporters = ['--reporter=default', `--reporter=${inRepository('dev/src/testing/vitest-tally.ts')}`]
  const code = await run(process.execPath, [bin('vitest'), 'run', ...reporters, ...passedOn], {
    FAIRLEAD_TALLY: file,
  })
  return judge(existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Tally) : undefined, code)
}

/** The specs of one of our Playwright configurations. */
async function endToEnd(name: string, configuration: string): Promise<Tally> {
  const file = join(results, `${name}.json`)
  const args = ['test', '--config', inRepository(configuration), '--pass-with-no-tests', ...passedOn]
  const code = await run(process.execPath, [bin('playwright'), ...args], { FAIRLEAD_E2E_REPORT: file })
  return judge(existsSync(file) ? playwrightTally(file) : undefined, code)
}

await runCommand(async () => {
  try {
    await findEnvoy(process.env, (detail) => console.log(`Installing Envoy (${detail})`))
    if (only !== '--unit' && pagesAreStale()) {
      const code = await run(process.execPath, buildPages.args, {}, buildPages.cwd)
      if (code !== 0) return code
    }
    const tallies: Tally[] = []
    if (only !== '--e2e') tallies.push(await unit())
    if (only !== '--unit') {
      tallies.push(await endToEnd('e2e', 'e2e/playwright.config.ts'))
      tallies.push(await endToEnd('keycloak', 'e2e/keycloak/playwright.config.ts'))
    }
    const total = sum(tallies)
    console.log(`\n${summary(total).join('\n')}`)
    return total.failed === 0 ? 0 : 1
  } finally {
    rmSync(results, { recursive: true, force: true })
  }
})
