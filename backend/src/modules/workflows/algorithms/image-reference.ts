/*
 * References to images, as in the OCI distribution specification: "registry.example.org:5000/group/name", then
 * "@sha256:..." for one content that never changes, or ":tag" for whatever the tag stands for when it is looked up.
 */

const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const HOST = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?'
const NAME = new RegExp(`^(?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*$`)
const DIGEST = /^sha256:[0-9a-f]{64}$/
const WAY_OUT =
  'name the image by its digest, "registry.example.org/group/name@sha256:{64 hexadecimal digits}", which `docker buildx imagetools inspect NAME` shows'

/** What is wrong with an image as text; undefined for a name with its digest. */
export function problemOfImage(image: string): string | undefined {
  const at = image.indexOf('@')
  const name = at === -1 ? image : image.slice(0, at)
  const digest = at === -1 ? '' : image.slice(at + 1)
  const tag = /:([^/:]+)$/.exec(name)?.[1]
  const bare = tag === undefined ? name : name.slice(0, -tag.length - 1)
  if (digest === '') {
    return tag !== undefined && NAME.test(bare)
      ? `names the tag "${tag}", which may stand for another image tomorrow: ${WAY_OUT}`
      : `has no digest: ${WAY_OUT}`
  }
  if (!DIGEST.test(digest)) return `has a digest that is not sha256: and 64 hexadecimal digits: ${WAY_OUT}`
  if (NAME.test(name)) return undefined
  return tag !== undefined && NAME.test(bare)
    ? `names the tag "${tag}" beside the digest: leave the tag out, "${bare}@${digest}"`
    : `has a name that no registry can have: ${WAY_OUT}`
}

/** Whether an image with its digest is below one of the prefixes, which end where a part of its path does. */
export function isImageAllowed(image: string, prefixes: readonly string[]): boolean {
  const name = image.slice(0, image.indexOf('@'))
  return prefixes.some((each) => {
    const prefix = each.replace(/\/+$/, '')
    return prefix !== '' && (name === prefix || name.startsWith(`${prefix}/`))
  })
}
