export { createMailTransport, parseSender, type SmtpTransportOptions } from './smtp-transport.ts'
export { parseSmtpUrl, type SmtpServer } from './smtp-url.ts'
