import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { repository } from './repository.ts'

const run = promisify(execFile)

/**
 * A program with the commands `up`, `env` (prints KUBECONFIG and PATH as shell), `base` and
 * `build TAG CONTEXT [-f FILE] [--target STAGE]`: makes a one-node Kubernetes on this machine and gives it images.
 */
export class ClusterTool {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** FAIRLEAD_CLUSTER, else shared/tools/cluster beside the checkout; why there is none otherwise. */
  static find(env: NodeJS.ProcessEnv): ClusterTool | string {
    const chosen = env['FAIRLEAD_CLUSTER']
    const path = resolve(chosen || resolve(repository, '../shared/tools/cluster'))
    if (!existsSync(path)) {
      return chosen
        ? `FAIRLEAD_CLUSTER names ${path}, which does not exist`
        : `no cluster starter at ${path}; FAIRLEAD_CLUSTER names another`
    }
    if (process.getuid?.() !== 0) return `${path} makes network devices and control groups: it needs root`
    return new ClusterTool(path)
  }

  /** What kubectl needs, beside the rest of the environment. */
  async environment(): Promise<{ KUBECONFIG: string; PATH: string }> {
    const script = 'eval "$("$0" env)" && printf "%s\\0%s" "$KUBECONFIG" "$PATH"'
    const { stdout } = await run('bash', ['-c', script, this.path])
    const [KUBECONFIG = '', PATH = ''] = stdout.split('\0')
    return { KUBECONFIG, PATH }
  }

  /** Resolves with what it printed; rejects with the end of it. */
  call(args: readonly string[]): Promise<string> {
    return new Promise((done, failed) => {
      const child = spawn(this.path, args, { stdio: ['ignore', 'pipe', 'pipe'] })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text
        })
      }
      child.once('error', failed)
      child.once('close', (code) => {
        if (code === 0) return done(output)
        const end = output.trimEnd().split('\n').slice(-40).join('\n')
        failed(new Error(`cluster ${args.join(' ')} ended with ${code}:\n${end}`))
      })
    })
  }
}
