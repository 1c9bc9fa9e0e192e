#include "PNGDecoder.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

struct png_decoder {
  png_structp png;
  png_infop info;
  const uint8_t *next;
  size_t left;
  char message[128];
};

static void read_bytes(png_structp png, png_bytep bytes, size_t count) {
  png_decoder *decoder = png_get_io_ptr(png);
  if (count > decoder->left) png_error(png, "cut short");
  memcpy(bytes, decoder->next, count);
  decoder->next += count;
  decoder->left -= count;
}

static void fail(png_structp png, png_const_charp message) {
  png_decoder *decoder = png_get_error_ptr(png);
  strncpy(decoder->message, message, sizeof decoder->message - 1);
  png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

png_decoder *png_decoder_create(const uint8_t *bytes, size_t count) {
  png_decoder *decoder = calloc(1, sizeof *decoder);
  if (!decoder) return NULL;
  decoder->next = bytes;
  decoder->left = count;
  decoder->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, decoder, fail, ignore_warning);
  decoder->info = decoder->png ? png_create_info_struct(decoder->png) : NULL;
  if (!decoder->info) {
    png_decoder_free(decoder);
    return NULL;
  }
  png_set_read_fn(decoder->png, decoder, read_bytes);
  return decoder;
}

void png_decoder_free(png_decoder *decoder) {
  png_destroy_read_struct(&decoder->png, &decoder->info, NULL);
  free(decoder);
}

// Profiles, texts and the like are a file's most intricate parts, and none of them is needed.
static void skip_unused_chunks(png_structp png) {
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_keep_unknown_chunks(
      png, PNG_HANDLE_CHUNK_AS_DEFAULT, (png_const_bytep) "gAMA\0sRGB", 2);
}

bool png_decoder_read_header(
    png_decoder *decoder, uint32_t *height, uint32_t *width, int *channels) {
  png_structp png = decoder->png;
  png_infop info = decoder->info;
  if (setjmp(png_jmpbuf(png))) return false;
  skip_unused_chunks(png);
  png_read_info(png, info);

  png_set_expand(png);
  png_set_scale_16(png);
  double gamma;
  if (png_get_gAMA(png, info, &gamma)) png_set_gamma(png, PNG_DEFAULT_sRGB, gamma);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);

  *height = png_get_image_height(png, info);
  *width = png_get_image_width(png, info);
  *channels = png_get_channels(png, info);
  if (png_get_rowbytes(png, info) != (size_t)*width * *channels) png_error(png, "odd rows");
  return true;
}

bool png_decoder_read_samples(png_decoder *decoder, uint8_t *samples) {
  png_structp png = decoder->png;
  if (setjmp(png_jmpbuf(png))) return false;
  size_t row_size = png_get_rowbytes(png, decoder->info);
  uint32_t height = png_get_image_height(png, decoder->info);
  bool interlaced = png_get_interlace_type(png, decoder->info) != PNG_INTERLACE_NONE;
  int passes = interlaced ? PNG_INTERLACE_ADAM7_PASSES : 1;
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t y = 0; y < height; y++) png_read_row(png, samples + y * row_size, NULL);
  }
  png_read_end(png, NULL);
  return true;
}

const char *png_decoder_message(const png_decoder *decoder) { return decoder->message; }
