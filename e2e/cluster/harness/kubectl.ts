import { type ChildProcess, spawn } from 'node:child_process'
import { runWithInput } from '../../../dev/src/run-with-input.ts'

/** kubectl in one namespace, with the KUBECONFIG and PATH of this process. */
export class Kubectl {
  readonly namespace: string

  constructor(namespace: string) {
    this.namespace = namespace
  }

  /** Resolves with stdout; rejects with what kubectl said. */
  run(
    args: readonly string[],
    { input = '', timeoutMs = 60_000 }: { input?: string; timeoutMs?: number } = {},
  ): Promise<string> {
    return runWithInput('kubectl', ['--namespace', this.namespace, ...args], input, timeoutMs)
  }

  async json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.run([...args, '--output', 'json'])) as T
  }

  /** The objects of a kind; of a component only when one is named. */
  async list<T>(kind: string, component?: string): Promise<T[]> {
    const selector = component === undefined ? [] : ['--selector', `${COMPONENT}=${component}`]
    return (await this.json<{ items: T[] }>(['get', kind, ...selector])).items
  }

  /** GET of a path at a pod's port, through the API server. */
  fetch(pod: string, port: number, path: string): Promise<string> {
    return this.run(['get', '--raw', `/api/v1/namespaces/${this.namespace}/pods/${pod}:${port}/proxy${path}`])
  }

  /** A kubectl that runs until it is ended. */
  start(args: readonly string[]): ChildProcess {
    return spawn('kubectl', ['--namespace', this.namespace, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  }
}

/** The label that says which part of Fairlead a pod is. */
export const COMPONENT = 'app.kubernetes.io/component'
