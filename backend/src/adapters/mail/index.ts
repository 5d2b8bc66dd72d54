export { createMailTransport, type SmtpTransportOptions } from './smtp-transport.ts'
