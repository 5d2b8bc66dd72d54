export {
  type AmqpConnection,
  type AmqpConnectionOptions,
  type AmqpConnectionStatus,
  type AmqpServer,
  openAmqpConnection,
} from './amqp-connection.ts'
