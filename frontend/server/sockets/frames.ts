/*
 * What the server sends. A frame is made once and sent to as many sockets as it is for: it is never masked, so
 * that none of them changes it.
 */

/** `json`: a fairlead.notifications.v1.Notification in JSON, with its sequence as a number. */
export function notificationFrame(json: string): Buffer {
  return Buffer.from(`{"type":"notification","notification":${json}}`)
}

export function readyFrame(lastSequence: number, unreadCount: number, user: string): Buffer {
  return frame({ type: 'ready', lastSequence, unreadCount, user })
}

export function inboxFrame(lastSequence: number, unreadCount: number): Buffer {
  return frame({ type: 'inbox', lastSequence, unreadCount })
}

export function resetFrame(lastSequence: number): Buffer {
  return frame({ type: 'reset', lastSequence })
}

export const PING_FRAME = frame({ type: 'ping' })

/** The client waits a random time up to this long before it connects anew, so that not all do at once. */
export const RECONNECT_FRAME = frame({ type: 'reconnect', withinMs: 10_000 })

function frame(message: object): Buffer {
  return Buffer.from(JSON.stringify(message))
}
