/** What those who read one kind of archive tell of it. Each throws ArchiveRefused when a limit is broken. */
export interface Look {
  /** One more entry of the archive. */
  entry(): void
  /** What an entry holds, unpacked: read to its end, and looked into when it is an archive itself. */
  inside(content: AsyncIterable<Buffer>): Promise<void>
  /** Bytes that an entry would hold, of one that cannot be unpacked here. */
  unread(bytes: number): void
  /** An entry that nobody can look into without a password. */
  encrypted(): void
}
