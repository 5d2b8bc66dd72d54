import { createHash } from 'node:crypto'
import { v7 } from 'uuid'
import type { Database } from '../sql.ts'
import { requestIdReused, tooManyComments } from './transfer-errors.ts'
import { parseStatement } from './transfer-input.ts'
import { countComments, findCommentRequestHash, insertComment } from './transfer-store.ts'

/** Of each kind on one transfer: a page, not a chat. Counted apart, so that one tells nothing of the other. */
const COMMENTS_MAX = 200

export interface CommentRequest {
  readonly transferId: string
  readonly userId: string
  /** Of the author, in saying it. */
  readonly organizationId: string
  readonly text: string
  /** Whether both sides may read it. */
  readonly public: boolean
  readonly requestId: string | undefined
}

/** Says something about a transfer whose row is locked. A repeat changes nothing. */
export async function addComment(database: Database, request: CommentRequest): Promise<void> {
  const text = parseStatement('text', request.text)
  const requestHash = createHash('sha256')
    .update(JSON.stringify([request.transferId, request.organizationId, request.text, request.public]))
    .digest()
  const { requestId } = request
  if (requestId !== undefined) {
    const first = await findCommentRequestHash(database, request.userId, requestId)
    if (first?.equals(requestHash)) return
    if (first !== undefined) throw requestIdReused('comment')
  }
  if ((await countComments(database, request.transferId, request.public)) >= COMMENTS_MAX) {
    throw tooManyComments(COMMENTS_MAX)
  }
  const inserted = await insertComment(database, { ...request, id: v7(), text, requestHash })
  // Another transfer's lock does not keep the same request_id from being used there at this moment.
  if (!inserted) throw requestIdReused('comment')
}
