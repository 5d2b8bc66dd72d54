import { invalidField } from '../../../errors/domain-error.ts'

const NAME_BYTES = 255
const FOLDER_SEGMENT_CHARACTERS = 100
const FOLDER_SEGMENTS = 8
const WORD_CHARACTERS = 100
const WORDS = 500

/** Controls and what turns the direction of text, which make a name look like another one. */
const HIDDEN_CHARACTERS =
  /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u

/** What is wrong with one segment of a name or folder; undefined when nothing is. */
function problemOf(text: string): string | undefined {
  if (!text.isWellFormed()) return 'is not Unicode. Send it in UTF-8.'
  if (/[/\\]/.test(text)) return 'has "/" or "\\" in it. Leave them out; folders have a field of their own.'
  if (HIDDEN_CHARACTERS.test(text)) {
    return 'has control characters, or ones that turn the direction of text. Leave them out.'
  }
  if (text === '.' || text === '..') return 'is "." or "..". Choose another one.'
  if (text.trim() === '') return 'is blank. Choose another one.'
  return undefined
}

/**
 * A name as people gave it, in Unicode NFC. It is shown and saved under, and is never part of a key or a path.
 *
 * @throws DomainError INVALID_ARGUMENT
 */
export function parseFileName(text: string, field = 'display_name'): string {
  const name = text.normalize('NFC')
  const problem = problemOf(name)
  if (problem !== undefined) throw invalidField(field, problem, 'FILE_NAME_INVALID')
  if (Buffer.byteLength(name) > NAME_BYTES) {
    throw invalidField(field, `is longer than ${NAME_BYTES} bytes of UTF-8. Shorten it.`, 'FILE_NAME_INVALID')
  }
  return name
}

/**
 * "evidence/2026" in Unicode NFC; empty for the top.
 *
 * @throws DomainError INVALID_ARGUMENT
 */
export function parseFolder(text: string, field = 'folder'): string {
  const folder = text.normalize('NFC')
  if (folder === '') return folder
  const refuse = (description: string) => invalidField(field, description, 'FOLDER_INVALID')
  const segments = folder.split('/')
  if (segments.length > FOLDER_SEGMENTS) throw refuse(`is deeper than ${FOLDER_SEGMENTS} folders.`)
  for (const segment of segments) {
    if (segment === '')
      throw refuse('has an empty folder in it: write "evidence/2026", without "/" at the ends.')
    const problem = problemOf(segment)
    if (problem !== undefined) throw refuse(problem)
    if ([...segment].length > FOLDER_SEGMENT_CHARACTERS) {
      throw refuse(
        `has a folder whose name is longer than ${FOLDER_SEGMENT_CHARACTERS} characters. Shorten it.`,
      )
    }
  }
  return folder
}

/**
 * Each once, in the order given.
 *
 * @throws DomainError INVALID_ARGUMENT
 */
export function parseTags(tags: readonly string[], field = 'tags'): string[] {
  const parsed = tags.map((tag, index) => {
    const text = tag.normalize('NFC').trim()
    if (text === '' || HIDDEN_CHARACTERS.test(text) || !text.isWellFormed()) {
      throw invalidField(`${field}[${index}]`, 'is blank or has control characters in it.', 'TAG_INVALID')
    }
    return text
  })
  return [...new Set(parsed)]
}

/**
 * Text that people write of a file.
 *
 * @throws DomainError INVALID_ARGUMENT
 */
export function parseDescription(text: string): string {
  // PostgreSQL holds every character but this one.
  if (text.includes('\0') || !text.isWellFormed()) {
    throw invalidField('description', 'has a character in it that is no text. Leave it out.')
  }
  return text.normalize('NFC')
}

/** What names are ordered by: without regard to case. */
export function sortName(name: string): string {
  return name.toLowerCase()
}

/** Words of a text in lower case, each once: runs of letters and digits. */
export function wordsOf(...texts: readonly string[]): string[] {
  const words = texts
    .join(' ')
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{N}\p{M}]+/gu)
  return [...new Set((words ?? []).map((word) => word.slice(0, WORD_CHARACTERS)))].slice(0, WORDS)
}
