/** The content is an archive that is not taken; its message is a sentence with the way out. */
export class ArchiveRefused extends Error {
  override readonly name = 'ArchiveRefused'
}

export const refused = {
  bomb: (maxBytes: number) =>
    new ArchiveRefused(
      `It is an archive that holds more than ${describeBytes(maxBytes)} when it is unpacked, which is the most for its purpose. Upload what it holds in several smaller archives.`,
    ),
  entries: (most: number) =>
    new ArchiveRefused(
      `It is an archive of more than ${most.toLocaleString('en')} entries. Upload them in several smaller archives.`,
    ),
  nesting: (most: number) =>
    new ArchiveRefused(
      `It holds archives in archives, more than ${most} deep. Upload what the inner ones hold.`,
    ),
  encrypted: () =>
    new ArchiveRefused(
      'It holds content that nobody can look into without a password. Upload it without one.',
    ),
  damaged: () => new ArchiveRefused('It is an archive that is damaged or not complete. Pack it again.'),
  lies: () =>
    new ArchiveRefused(
      'It is an archive whose directory does not say what is in it, so that programs would find different things in it. Pack it again.',
    ),
  hidden: () =>
    new ArchiveRefused(
      'It is one kind of file at its beginning and a zip archive at its end. Upload the archive alone.',
    ),
}

function describeBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  return `${Number((bytes / 1024 ** power).toPrecision(3))} ${units[power]}`
}
