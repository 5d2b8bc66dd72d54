// The reference: hands messages of a queue to the sockets of their users, and does nothing else.
import { connect } from 'amqplib'
import { type WebSocket, WebSocketServer } from 'ws'

const [queue = '', amqpUrl = ''] = [process.argv[2], process.env['AMQP_URL']]
const sockets = new Map<string, WebSocket>()
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
server.on('connection', (socket) => {
  socket.once('message', (data: Buffer) => {
    const { token } = JSON.parse(data.toString())
    sockets.set(token, socket)
    socket.once('close', () => sockets.delete(token))
    socket.send('{"type":"ready"}')
  })
})

const connection = await connect(amqpUrl, { noDelay: true })
const channel = await connection.createChannel()
await channel.consume(
  queue,
  (message) => {
    if (message !== null) sockets.get(message.properties.messageId)?.send(message.content, { binary: false })
  },
  { noAck: true },
)
const address = server.address()
process.send?.(typeof address === 'object' ? address?.port : undefined)
