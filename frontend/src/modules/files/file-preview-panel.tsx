import type { File, FilePreview } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Skeleton, Text } from '@mantine/core'
import { toApiError } from '../../app/api-error'
import { Panel } from '../../ui/panel'
import { fileId, organizationOf } from './file-name'
import classes from './file-preview.module.css'
import { useFilePreview } from './file-queries'
import { FitsHeader } from './fits-header'
import { PreviewImage } from './preview-image'
import { PreviewTable } from './preview-table'

/** A look into the version that is fetched. */
export function FilePreviewPanel({ file }: { file: File }) {
  // Nothing is read of what is in the trash.
  const version = file.trashTime === undefined ? file.releasedVersion : 0
  const preview = useFilePreview(organizationOf(file.name), fileId(file.name), version)
  if (version === 0) return null
  const isOld = file.latest !== undefined && file.latest.version !== version
  return (
    <Panel title={isOld ? `Preview of version ${version}` : 'Preview'} flush>
      {preview.data === undefined ? (
        preview.isError ? (
          <Text size="sm" c="dimmed" p="md">
            The preview cannot be shown: {toApiError(preview.error).message}
          </Text>
        ) : (
          <div className={classes.body} data-testid="loading" role="status" aria-label="Loading the preview">
            <Skeleton height={220} />
          </div>
        )
      ) : (
        <Content preview={preview.data} name={file.displayName} />
      )}
    </Panel>
  )
}

function Content({ preview: { content }, name }: { preview: FilePreview; name: string }) {
  switch (content?.$case) {
    case 'image':
      return <PreviewImage image={content.value} name={name} />
    case 'table':
      return <PreviewTable table={content.value} />
    case 'fits':
      return <FitsHeader fits={content.value} />
    case 'text':
      return (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached. */}
          <section className={classes.scroll} tabIndex={0} aria-label={`Beginning of ${name}`}>
            <pre className={classes.text}>{content.value.text}</pre>
          </section>
          {content.value.truncated && <More text="This is the beginning; download it for the rest." />}
        </>
      )
    case 'unavailable':
      return (
        <Text size="sm" c="dimmed" p="md">
          {content.value}
        </Text>
      )
    case undefined:
      return (
        <Text size="sm" c="dimmed" p="md">
          There is nothing to see of files of this kind.
        </Text>
      )
    default: {
      const unknown: never = content
      return unknown
    }
  }
}

function More({ text }: { text: string }) {
  return (
    <Text size="xs" c="dimmed" className={classes.more}>
      {text}
    </Text>
  )
}
