import type {
  Attachment,
  CreateAttachmentUrlResponse,
} from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Anchor, Group, Text } from '@mantine/core'
import { IconExternalLink, IconFile } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { formatBytes } from '../../ui/format-bytes'
import { notifyFailure } from '../../ui/notify'

interface AttachedProps {
  readonly attachment: Attachment
  /** Of a file: has an address made to fetch it from. */
  readonly sign: () => Promise<CreateAttachmentUrlResponse>
}

/** A document of a transfer or a booking: a link that leads elsewhere, or a file that is fetched from here. */
export function Attached({ attachment, sign }: AttachedProps) {
  const { displayName, url, file, sizeBytes } = attachment
  const fetch = useMutation({
    mutationFn: sign,
    onSuccess: (signed) => {
      const link = document.createElement('a')
      link.href = signed.url
      link.download = displayName
      document.body.append(link)
      link.click()
      link.remove()
    },
    onError: (error) => notifyFailure('The file could not be fetched', error),
  })
  if (file === '') {
    return (
      <Anchor
        href={url}
        target="_blank"
        rel="noopener noreferrer"
        size="sm"
        title={url}
        style={{ overflowWrap: 'anywhere' }}
      >
        {displayName || url} <IconExternalLink size={13} aria-label="opens a new tab" />
      </Anchor>
    )
  }
  return (
    <Group gap={6} wrap="nowrap" align="baseline">
      <Anchor
        component="button"
        type="button"
        size="sm"
        ta="left"
        disabled={fetch.isPending}
        onClick={() => fetch.mutate()}
        style={{ overflowWrap: 'anywhere' }}
      >
        <IconFile size={13} aria-hidden /> {displayName}
      </Anchor>
      <Text size="xs" c="dimmed" span style={{ whiteSpace: 'nowrap' }}>
        {formatBytes(sizeBytes)}
      </Text>
    </Group>
  )
}
