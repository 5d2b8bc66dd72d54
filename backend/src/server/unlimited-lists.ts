import { type DescField, type DescMessage, getOption, hasOption } from '@bufbuild/protobuf'
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import {
  field as fieldRules,
  message as messageRules,
  oneof as oneofRules,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js'

/**
 * Numbers of a message's lists of messages in which nothing has a limit but how many they are: to validate the message,
 * what stands in them need not be read.
 */
export function unlimitedLists(schema: DescMessage): ReadonlySet<number> {
  if (hasOption(schema, messageRules)) return new Set()
  const lists = schema.fields.filter(
    (field) => isMessageList(field) && limitsCountOnly(field) && isUnlimited(field.message, new Set()),
  )
  return new Set(lists.map(({ number }) => number))
}

/** The same message, with as many elements in the lists, each of them empty. */
export function withEmptyElements(bytes: Uint8Array, lists: ReadonlySet<number>): Uint8Array {
  const reader = new BinaryReader(bytes)
  const writer = new BinaryWriter()
  while (reader.pos < reader.len) {
    const begin = reader.pos
    const [number, wireType] = reader.tag()
    reader.skip(wireType, number)
    if (lists.has(number) && wireType === WireType.LengthDelimited) writer.tag(number, wireType).uint32(0)
    else writer.raw(bytes.subarray(begin, reader.pos))
  }
  return writer.finish()
}

function isMessageList(field: DescField): field is DescField & { fieldKind: 'list'; listKind: 'message' } {
  return field.fieldKind === 'list' && field.listKind === 'message'
}

function limitsCountOnly(field: DescField): boolean {
  if (!hasOption(field, fieldRules)) return true
  const { cel, celExpression, type } = getOption(field, fieldRules)
  if (cel.length + celExpression.length > 0) return false
  if (type.case === undefined) return true
  return type.case === 'repeated' && type.value.items === undefined && !type.value.unique
}

function isUnlimited(schema: DescMessage, seen: Set<DescMessage>): boolean {
  if (seen.has(schema)) return true
  seen.add(schema)
  return (
    !hasOption(schema, messageRules) &&
    schema.oneofs.every((oneof) => !hasOption(oneof, oneofRules)) &&
    schema.fields.every(
      (field) =>
        !hasOption(field, fieldRules) && (field.message === undefined || isUnlimited(field.message, seen)),
    )
  )
}
