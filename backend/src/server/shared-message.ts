import type { MethodDefinition } from '@grpc/grpc-js'

/** The bytes of messages that go to more than one receiver, from their first encoding on. */
const encodings = new WeakMap<object, { bytes: Buffer | undefined }>()

/** Marks a message that is written to many streams: it is encoded once, and must not be changed any more. */
export function sharedMessage<Message extends object>(message: Message): Message {
  encodings.set(message, { bytes: undefined })
  return message
}

/** A message that is these bytes, whatever its method's messages are. */
export function encodedMessage(bytes: Buffer): object {
  const message = {}
  encodings.set(message, { bytes })
  return message
}

/** A method's serializer that encodes each shared message once. */
export function shareEncodings<Message extends object>(
  serialize: MethodDefinition<never, Message>['responseSerialize'],
): MethodDefinition<never, Message>['responseSerialize'] {
  return (message) => {
    const shared = encodings.get(message)
    if (shared === undefined) return serialize(message)
    shared.bytes ??= serialize(message)
    return shared.bytes
  }
}
