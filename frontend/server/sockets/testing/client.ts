import { WebSocket } from 'ws'

export interface Frame {
  readonly type: string
  readonly lastSequence?: number
  readonly unreadCount?: number
  readonly user?: string
  readonly withinMs?: number
  readonly notification?: { readonly sequence: number; readonly title: string; readonly createTime: string }
}

/** A page's side of a socket. */
export class TestClient {
  readonly socket: WebSocket
  readonly frames: Frame[] = []
  closeCode: number | undefined
  answersPings = true

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Frame
      this.frames.push(frame)
      if (frame.type === 'ping' && this.answersPings) this.send({ type: 'pong' })
    })
    socket.on('close', (code) => {
      this.closeCode = code
    })
    socket.on('error', () => undefined)
  }

  get sequences(): number[] {
    return this.frames.flatMap(({ notification }) => notification?.sequence ?? [])
  }

  typed(type: string): Frame[] {
    return this.frames.filter((frame) => frame.type === type)
  }

  get ready(): boolean {
    return this.typed('ready').length > 0
  }

  send(message: unknown): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message))
  }
}
