import type { ImagePreview } from '@fairlead/proto/web/fairlead/files/v1/files'
import { useEffect, useState } from 'react'
import classes from './file-preview.module.css'

/** An image made smaller by the server. */
export function PreviewImage({ image, name }: { image: ImagePreview; name: string }) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([new Uint8Array(image.png)], { type: 'image/png' }))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [image.png])
  return (
    <figure className={classes.figure}>
      {url !== undefined && <img className={classes.image} src={url} alt={`Preview of ${name}`} />}
      <figcaption className={classes.caption}>
        {image.widthPx.toLocaleString('en')} × {image.heightPx.toLocaleString('en')} pixels
      </figcaption>
    </figure>
  )
}
