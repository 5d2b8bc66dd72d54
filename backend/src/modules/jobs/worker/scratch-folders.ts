import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Empty folders for tasks to write into. One that a task left empty is the next one's: very short tasks share few. */
export class ScratchFolders {
  readonly #root: string
  readonly #spare: string[] = []
  #made = 0

  constructor(root: string) {
    this.#root = root
  }

  async take(): Promise<string> {
    const folder = this.#spare.pop() ?? join(this.#root, String(this.#made++))
    // A spare one too: while this worker stalled, others may have taken it for dead and removed what it had.
    await mkdir(folder, { recursive: true })
    return folder
  }

  /** `reusable` when nobody writes into it any more: a process that was stopped might, for a moment. */
  async giveBack(folder: string, reusable: boolean): Promise<void> {
    if (reusable && (await readdir(folder)).length === 0) this.#spare.push(folder)
    else await rm(folder, { recursive: true, force: true })
  }
}
