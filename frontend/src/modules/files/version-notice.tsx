import type { File, FileVersion } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Button, FileButton, Progress, Text } from '@mantine/core'
import { IconAlertTriangle, IconBug, IconHourglass, IconUpload } from '@tabler/icons-react'
import { useState } from 'react'
import { formatBytes } from '../../ui/format-bytes'
import { Notice } from '../../ui/notice'
import { uploadStatus } from './uploads/upload-words'
import { useUploadList, useUploads } from './uploads/uploads-context'

interface VersionNoticeProps {
  readonly file: File
  readonly latest: FileVersion
  readonly isMember: boolean
}

/** Why the newest version cannot be fetched; nothing when it can. */
export function VersionNotice({ file, latest, isMember }: VersionNoticeProps) {
  const upload = useUploadList().find(({ name }) => name === file.name)
  const instead =
    file.releasedVersion > 0 && file.releasedVersion !== latest.version
      ? ` Version ${file.releasedVersion} stays what is fetched.`
      : ''
  switch (latest.state) {
    case 'FILE_STATE_UPLOADING': {
      const text =
        upload === undefined ? 'Its content has not arrived in full.' : uploadStatus(upload, Date.now())
      return (
        <Notice color="sea" icon={IconUpload} title={`Version ${latest.version} is being uploaded`}>
          <Text size="sm" className="numeric">
            {text}
            {instead}
          </Text>
          {upload === undefined && file.upload !== undefined && <GoOn file={file} />}
          {upload !== undefined && (
            <Progress
              value={(upload.sentBytes / Math.max(1, upload.sizeBytes)) * 100}
              size={5}
              mt={8}
              aria-label="Progress of the upload"
            />
          )}
        </Notice>
      )
    }
    case 'FILE_STATE_SCANNING': {
      const size = Math.max(1, Number(latest.sizeBytes))
      const scanned = Number(latest.scannedBytes)
      return (
        <Notice
          color="yellow"
          icon={IconHourglass}
          title={scanned > 0 ? 'Being scanned for malware' : 'Waits for the malware scanner'}
        >
          <Text size="sm" className="numeric">
            {scanned > 0
              ? `${formatBytes(scanned)} of ${formatBytes(latest.sizeBytes)} are scanned.`
              : 'It can be fetched once the scanner has found nothing in it.'}
            {instead}
          </Text>
          {scanned > 0 && (
            <Progress value={(scanned / size) * 100} size={5} mt={8} aria-label="Progress of the scan" />
          )}
        </Notice>
      )
    }
    case 'FILE_STATE_INFECTED':
      return (
        <Notice color="red" icon={IconBug} title="Malware was found in it">
          <Text size="sm">
            {latest.failure || 'Its content was deleted and cannot be fetched by anyone.'}
            {latest.signature !== '' && !latest.failure.includes(latest.signature) && (
              <>
                {' '}
                The scanner calls it <span className="mono">{latest.signature}</span>.
              </>
            )}
            {instead}
          </Text>
        </Notice>
      )
    case 'FILE_STATE_REJECTED':
      return (
        <Notice color="orange" icon={IconAlertTriangle} title="It was not taken">
          <Text size="sm">
            {latest.failure || 'Its content was deleted.'}
            {instead}
          </Text>
        </Notice>
      )
    case 'FILE_STATE_FAILED':
      return (
        <Notice color="orange" icon={IconAlertTriangle} title="It could not be scanned">
          <Text size="sm">
            {latest.failure}
            {latest.failure === '' && 'The scan is tried again; nothing is released before.'}
            {instead}
            {isMember && ' The operator sees it, too.'}
          </Text>
        </Notice>
      )
    default:
      return null
  }
}

/** For an upload that its reader began in another browser, or in this one before it forgot. */
function GoOn({ file }: { file: File }) {
  const uploads = useUploads()
  const [problem, setProblem] = useState<string>()
  const goOn = async (chosen: globalThis.File | null) => {
    if (chosen === null) return
    const engine = await uploads.load()
    setProblem(await engine.adopt(file, { file: chosen, folder: '', handle: undefined }))
  }
  return (
    <>
      <Text size="sm" mt={4}>
        You began it, and it does not run in this tab. Where it has stopped, it goes on with the same file.
      </Text>
      {problem !== undefined && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert" mt={4}>
          {problem}
        </Text>
      )}
      <FileButton onChange={(chosen) => void goOn(chosen)}>
        {(props) => (
          <Button size="compact-sm" mt={8} variant="default" {...props}>
            Choose the file again
          </Button>
        )}
      </FileButton>
    </>
  )
}
