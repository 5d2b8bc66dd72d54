import { Button, FileButton, Text } from '@mantine/core'
import { IconFileUpload } from '@tabler/icons-react'
import { type DragEvent, useState } from 'react'
import { formatBytes } from '../../ui/format-bytes'
import classes from './imports.module.css'

/** Endings of files that hold fixes; any other can be chosen, too. */
const endings = '.gpx,.geojson,.json,.csv,.tsv,.txt,.ndjson,.jsonl,.gz'

interface FileDropProps {
  readonly file: File | undefined
  readonly onChoose: (file: File) => void
}

/** Takes a file that is dropped on it or chosen. */
export function FileDrop({ file, onChoose }: FileDropProps) {
  const [over, setOver] = useState(false)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const [dropped] = event.dataTransfer.files
    if (dropped !== undefined) onChoose(dropped)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the button does the same.
    <div
      className={classes.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <IconFileUpload size={26} stroke={1.5} aria-hidden />
      {file === undefined ? (
        <Text size="sm" c="dimmed">
          Drop a file here, or
        </Text>
      ) : (
        <div className={classes.chosen}>
          <Text size="sm" fw={570} truncate title={file.name}>
            {file.name}
          </Text>
          <Text size="xs" c="dimmed">
            {formatBytes(file.size)}
          </Text>
        </div>
      )}
      <FileButton onChange={(chosen) => chosen !== null && onChoose(chosen)} accept={endings}>
        {(props) => (
          <Button variant="default" size="compact-sm" {...props}>
            {file === undefined ? 'Choose a file' : 'Choose another file'}
          </Button>
        )}
      </FileButton>
    </div>
  )
}
