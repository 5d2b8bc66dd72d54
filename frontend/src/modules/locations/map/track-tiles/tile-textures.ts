/** Where a tile is in the view, in its clip coordinates: -1 to 1, north up. */
export interface ClipBox {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const vertexShader = `#version 300 es
uniform vec4 box;
in vec2 corner;
out vec2 place;
void main() {
  place = corner;
  gl_Position = vec4(mix(box.x, box.z, corner.x), mix(box.y, box.w, corner.y), 0.0, 1.0);
}`

const fragmentShader = `#version 300 es
precision mediump float;
uniform sampler2D image;
uniform float opacity;
in vec2 place;
out vec4 color;
void main() {
  color = texture(image, place) * opacity;
}`

/** Draws images as they are, in the map's own WebGL context, whose blending takes premultiplied colours. */
export class TileTextures {
  readonly #gl: WebGL2RenderingContext
  readonly #program: WebGLProgram
  readonly #corners: WebGLBuffer
  readonly #corner: number
  readonly #box: WebGLUniformLocation | null
  readonly #opacity: WebGLUniformLocation | null

  /** @throws where the shaders do not compile */
  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl
    this.#program = gl.createProgram()
    for (const [type, source] of [
      [gl.VERTEX_SHADER, vertexShader],
      [gl.FRAGMENT_SHADER, fragmentShader],
    ] as const) {
      const shader = gl.createShader(type)
      if (shader === null) throw new Error('the browser makes no shader')
      gl.shaderSource(shader, source)
      gl.compileShader(shader)
      gl.attachShader(this.#program, shader)
      gl.deleteShader(shader)
    }
    gl.linkProgram(this.#program)
    if (gl.getProgramParameter(this.#program, gl.LINK_STATUS) !== true && !gl.isContextLost()) {
      throw new Error(`the shaders of the tracks do not link: ${gl.getProgramInfoLog(this.#program)}`)
    }
    this.#corner = gl.getAttribLocation(this.#program, 'corner')
    this.#box = gl.getUniformLocation(this.#program, 'box')
    this.#opacity = gl.getUniformLocation(this.#program, 'opacity')
    this.#corners = gl.createBuffer()
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#corners)
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), gl.STATIC_DRAW)
  }

  /** Takes the bitmap's memory. */
  add(bitmap: ImageBitmap): WebGLTexture {
    const gl = this.#gl
    const texture = gl.createTexture()
    gl.bindTexture(gl.TEXTURE_2D, texture)
    // As the canvas had it: nothing is reckoned anew.
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true)
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false)
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE)
    bitmap.close()
    return texture
  }

  remove(texture: WebGLTexture): void {
    this.#gl.deleteTexture(texture)
  }

  /** The map knows that the context's state is another one afterwards. */
  draw(images: Iterable<{ readonly texture: WebGLTexture; readonly box: ClipBox }>, opacity: number): void {
    const gl = this.#gl
    // biome-ignore lint/correctness/useHookAtTopLevel: of WebGL, not of React.
    gl.useProgram(this.#program)
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#corners)
    gl.enableVertexAttribArray(this.#corner)
    gl.vertexAttribPointer(this.#corner, 2, gl.FLOAT, false, 0, 0)
    gl.uniform1f(this.#opacity, opacity)
    gl.activeTexture(gl.TEXTURE0)
    for (const { texture, box } of images) {
      gl.bindTexture(gl.TEXTURE_2D, texture)
      gl.uniform4f(this.#box, box.left, box.top, box.right, box.bottom)
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4)
    }
  }

  dispose(): void {
    this.#gl.deleteBuffer(this.#corners)
    this.#gl.deleteProgram(this.#program)
  }
}
