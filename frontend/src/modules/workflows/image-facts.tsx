import { Copyable } from '../../ui/copyable'
import { Facts } from '../../ui/facts'
import { parseImage, shortDigest } from './image-reference'

/** An image, taken apart; its digest and the whole can be copied. */
export function ImageFacts({ image }: { image: string }) {
  const { registry, repository, digest } = parseImage(image)
  return (
    <Facts
      entries={[
        [
          'Registry',
          registry === '' ? (
            '–'
          ) : (
            <span key="registry" className="mono">
              {registry}
            </span>
          ),
        ],
        ['Image', <Copyable key="image" value={image} shown={repository} what="the whole image" />],
        ['Digest', <Copyable key="digest" value={digest} shown={shortDigest(digest)} what="the digest" />],
      ]}
    />
  )
}
