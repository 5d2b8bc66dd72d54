import { createInterface } from 'node:readline'
import type { Kubectl } from '../../../e2e/cluster/harness/kubectl.ts'

/** How long pods take from the moment that the API server knows them until they are ready, as a watcher sees it. */
export class PodTimes {
  readonly #created = new Map<string, number>()
  readonly #ready = new Map<string, number>()
  readonly #ended: () => void

  /** Of the pods that a selector finds. */
  constructor(kubectl: Kubectl, selector: string) {
    const ready = '{.status.conditions[?(@.type=="Ready")].status}'
    const child = kubectl.start([
      'get',
      'pods',
      '--watch-only',
      '--selector',
      selector,
      '--output',
      `jsonpath={.metadata.name} ${ready}{"\\n"}`,
    ])
    this.#ended = () => void child.kill()
    child.stderr?.resume()
    if (child.stdout === null) throw new Error('kubectl has no output')
    createInterface(child.stdout).on('line', (line) => {
      const [name = '', state] = line.split(' ')
      if (!this.#created.has(name)) this.#created.set(name, performance.now())
      if (state === 'True' && !this.#ready.has(name)) this.#ready.set(name, performance.now())
    })
  }

  /** Of pods that were not yet ready when they were first seen, milliseconds. */
  stop(): readonly number[] {
    this.#ended()
    return [...this.#ready]
      .map(([name, at]) => at - (this.#created.get(name) ?? at))
      .filter((durationMs) => durationMs > 0)
  }
}
