import { IconCloudUpload } from '@tabler/icons-react'
import { type ReactNode, useEffect, useState } from 'react'
import { notifyFailure } from '../../ui/notify'
import classes from './drop-zone.module.css'
import { droppedFiles } from './uploads/chosen-files'
import type { ChosenFile } from './uploads/upload-engine'

interface DropZoneProps {
  /** Where what is dropped goes, in words. */
  readonly label: string
  readonly onDrop: (files: readonly ChosenFile[]) => void
  readonly disabled?: boolean
  readonly children: ReactNode
}

/** Takes files that are dropped anywhere on the page. */
export function DropZone({ label, onDrop, disabled = false, children }: DropZoneProps) {
  const [over, setOver] = useState(false)

  useEffect(() => {
    if (disabled) return
    // An element inside is entered before the one around it is left.
    let depth = 0
    const ofFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const enter = (event: DragEvent) => {
      if (!ofFiles(event)) return
      depth += 1
      setOver(true)
    }
    const leave = (event: DragEvent) => {
      if (!ofFiles(event)) return
      depth -= 1
      if (depth <= 0) setOver(false)
    }
    const move = (event: DragEvent) => {
      if (ofFiles(event)) event.preventDefault()
    }
    const drop = (event: DragEvent) => {
      depth = 0
      setOver(false)
      if (event.dataTransfer === null || !ofFiles(event)) return
      event.preventDefault()
      droppedFiles(event.dataTransfer).then(onDrop, (error: unknown) =>
        notifyFailure('What was dropped could not be read', error),
      )
    }
    window.addEventListener('dragenter', enter)
    window.addEventListener('dragleave', leave)
    window.addEventListener('dragover', move)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragenter', enter)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('dragover', move)
      window.removeEventListener('drop', drop)
    }
  }, [onDrop, disabled])

  return (
    <div className={classes.zone}>
      {children}
      {over && (
        <div className={classes.over} aria-hidden>
          <div className={classes.card}>
            <IconCloudUpload size={34} stroke={1.5} />
            <span>{label}</span>
          </div>
        </div>
      )}
    </div>
  )
}
