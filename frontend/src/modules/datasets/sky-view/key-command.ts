/** What a key does on the sky view. Distances are in CSS pixels. */
export type KeyCommand =
  | { readonly kind: 'pan'; readonly dx: number; readonly dy: number }
  | { readonly kind: 'zoom'; readonly factor: number }
  | { readonly kind: 'fit' | 'close' | 'back' | 'cancel' }

const pan = 60
const zoom = 1.5

const commands: ReadonlyMap<string, KeyCommand> = new Map<string, KeyCommand>([
  // The arrow says where the view goes, so the image moves the other way.
  ['ArrowLeft', { kind: 'pan', dx: pan, dy: 0 }],
  ['ArrowRight', { kind: 'pan', dx: -pan, dy: 0 }],
  ['ArrowUp', { kind: 'pan', dx: 0, dy: pan }],
  ['ArrowDown', { kind: 'pan', dx: 0, dy: -pan }],
  ['+', { kind: 'zoom', factor: zoom }],
  ['=', { kind: 'zoom', factor: zoom }],
  ['-', { kind: 'zoom', factor: 1 / zoom }],
  ['0', { kind: 'fit' }],
  ['Enter', { kind: 'close' }],
  ['Backspace', { kind: 'back' }],
  ['Escape', { kind: 'cancel' }],
])

type Key = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** Shift pans four times as far; with another modifier the key belongs to the browser. */
export function keyCommand(event: Key): KeyCommand | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined
  const command = commands.get(event.key)
  if (command?.kind !== 'pan' || !event.shiftKey) return command
  return { kind: 'pan', dx: 4 * command.dx, dy: 4 * command.dy }
}
