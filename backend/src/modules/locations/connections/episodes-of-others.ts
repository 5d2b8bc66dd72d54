import type { ConnectionRule } from './connection-rule.ts'
import { type Contact, type Episode, EpisodeFolder } from './episode.ts'

/** Episodes of one person with each of the others, from contacts that come by their starts. */
export class EpisodesOfOthers {
  readonly #rule: ConnectionRule
  readonly #folders = new Map<number, EpisodeFolder>()
  #closed: Episode[] = []

  constructor(rule: ConnectionRule) {
    this.#rule = rule
  }

  add(contact: Contact): void {
    const personNo = contact.other.personNo
    let folder = this.#folders.get(personNo)
    if (folder === undefined) {
      folder = new EpisodeFolder(this.#rule.episodeGapMs)
      this.#folders.set(personNo, folder)
    }
    const closed = folder.add(contact)
    if (closed !== undefined) this.#closed.push(closed)
  }

  /**
   * The episodes that nothing after this time belongs to, in the order in which they ended; none of a later call ended
   * before them. With Infinity, all.
   */
  takeClosed(fromMs: number): Episode[] {
    for (const [personNo, folder] of this.#folders) {
      const closed = folder.close(fromMs)
      if (closed === undefined) continue
      this.#closed.push(closed)
      this.#folders.delete(personNo)
    }
    const taken = this.#closed.sort((a, b) => a.endMs - b.endMs || a.otherPersonNo - b.otherPersonNo)
    this.#closed = []
    return taken
  }

  /** When the earliest open episode started; Infinity when none is open. */
  get earliestOpenMs(): number {
    let earliest = Number.POSITIVE_INFINITY
    for (const folder of this.#folders.values())
      earliest = Math.min(earliest, folder.openStartMs ?? Number.POSITIVE_INFINITY)
    return earliest
  }
}
