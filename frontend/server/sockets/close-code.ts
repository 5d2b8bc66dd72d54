/** Why the server closes a socket. Each tells the client whether, and when, to connect again. */
export const closeCode = {
  /** Drain: connect again. */
  restart: 1012,
  /** Full, or the backend is away: connect again later. */
  tryLater: 1013,
  notUnderstood: 4400,
  tokenRefused: 4401,
  /** A token of another user, on a socket that has one. */
  otherUser: 4403,
  noHello: 4408,
  /** The oldest socket of a user who opens too many. */
  tooMany: 4409,
  slow: 4413,
  flood: 4429,
} as const

export type CloseCode = (typeof closeCode)[keyof typeof closeCode]
