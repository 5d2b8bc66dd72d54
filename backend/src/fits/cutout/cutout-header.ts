import type { ImageHdu } from '../hdu.ts'
import type { Card } from '../header/card.ts'
import { formatCard, formatCommentary } from '../header/format-card.ts'
import type { PixelBox } from '../image/pixel-box.ts'

/** Pixels along an axis beyond the second that a cutout keeps, from 1, both ends included. */
export interface KeptPlanes {
  /** Number of the FITS axis. Default 3. */
  axis?: number
  first: number
  last: number
}

export interface CutoutHeaderInput {
  hdu: ImageHdu
  box: PixelBox
  /** Undefined keeps all planes. */
  planes: KeptPlanes | undefined
  axes: readonly number[]
  sourceId: string
  region: string
}

/** Written anew at the top, or false for a primary header that holds a cutout. */
const REPLACED = /^(SIMPLE|XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|GROUPS|INHERIT|CHECKSUM|DATASUM)$/
/** Described the whole image's pixels. */
const STALE = /^(DATAMIN|DATAMAX)$/
/** Keywords that count pixels along axis n from the image's first one; the letter names an alternate WCS. */
const CRPIX = /^CRPIX(\d{1,2})[A-Z]?$/
/** Offset of the DSS plate's pixels, and IRAF's logical-to-physical offset: they grow and shrink with the corner. */
const CNPIX = /^CNPIX([12])$/
const LTV = /^LTV(\d{1,2})$/

/** The cutout's cards without CHECKSUM, DATASUM and END: the source's, with what the cut changes corrected. */
export function cutoutCards(input: CutoutHeaderInput): string[] {
  const { hdu, axes } = input
  const firsts = axes.map(() => 1)
  firsts[0] = input.box.xMin
  firsts[1] = input.box.yMin
  if (input.planes) firsts[(input.planes.axis ?? 3) - 1] = input.planes.first
  const cards = [
    formatCard('SIMPLE', true, 'conforms to FITS standard'),
    formatCard('BITPIX', hdu.bitpix, commentOf(hdu, 'BITPIX') || 'array data type'),
    formatCard('NAXIS', axes.length, commentOf(hdu, 'NAXIS') || 'number of array dimensions'),
    ...axes.map((length, i) => formatCard(`NAXIS${i + 1}`, length, commentOf(hdu, `NAXIS${i + 1}`))),
  ]
  const dropped: string[] = []
  let dropContinued = false
  for (const card of trimBlank(hdu.header.cards)) {
    if (card.keyword === 'CONTINUE' && dropContinued) continue
    dropContinued = REPLACED.test(card.keyword) || STALE.test(card.keyword)
    if (STALE.test(card.keyword)) dropped.push(card.keyword)
    if (!dropContinued) cards.push(shifted(card, firsts))
  }
  cards.push(...missingReferencePixels(hdu, firsts))
  const planes = input.planes ? sectionOf(input.planes) : ''
  const { xMin, xMax, yMin, yMax } = input.box
  const history = [
    `Cut out by Fairlead from ${input.sourceId}, HDU ${hdu.index}`,
    `Region: ${input.region}`,
    `Pixels of the source: [${xMin}:${xMax},${yMin}:${yMax}${planes}]`,
    ...(dropped.length > 0 ? [`Dropped, being of the whole image: ${dropped.join(', ')}`] : []),
  ]
  return [...cards, ...history.flatMap((line) => formatCommentary('HISTORY', line))]
}

/** As in an image section: "*" for an axis before it that is kept whole. */
function sectionOf({ axis = 3, first, last }: KeptPlanes): string {
  return `${',*'.repeat(axis - 3)},${first}:${last}`
}

function shifted(card: Card, firsts: readonly number[]): string {
  const grows = CNPIX.exec(card.keyword)
  const match = grows ?? CRPIX.exec(card.keyword) ?? LTV.exec(card.keyword)
  if (!match || typeof card.value !== 'number') return card.image
  const shift = (firsts[Number(match[1]) - 1] ?? 1) - 1
  if (shift === 0) return card.image
  return formatCard(card.keyword, grows ? card.value + shift : card.value - shift, card.comment)
}

/** CRPIX is 0 where a header leaves it out, which is wrong after a cut: the card has to be added. */
function missingReferencePixels(hdu: ImageHdu, firsts: readonly number[]): string[] {
  const cards: string[] = []
  for (const [index, first] of firsts.entries()) {
    const axis = index + 1
    const described = hdu.header.has(`CTYPE${axis}`) || hdu.header.has(`CRVAL${axis}`)
    if (first > 1 && described && !hdu.header.has(`CRPIX${axis}`))
      cards.push(formatCard(`CRPIX${axis}`, 1 - first))
  }
  return cards
}

function commentOf(hdu: ImageHdu, keyword: string): string {
  return hdu.header.cards.find((card) => card.keyword === keyword)?.comment ?? ''
}

/** Blank cards at the end only keep room for more. */
function trimBlank(cards: readonly Card[]): readonly Card[] {
  const last = cards.findLastIndex((card) => card.image.trim() !== '')
  return cards.slice(0, last + 1)
}
