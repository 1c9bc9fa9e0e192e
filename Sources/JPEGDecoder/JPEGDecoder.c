#include "JPEGDecoder.h"

#ifdef JPEG

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jerror.h>
#include <jpeglib.h>

struct jpeg_decoder {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf landing;
  char message[JMSG_LENGTH_MAX];
};

// A progressive file may claim any number of scans over all its pixels, each of a few bytes.
enum { scan_limit = 200 };

static void fail(j_common_ptr info) {
  jpeg_decoder *decoder = info->client_data;
  info->err->format_message(info, decoder->message);
  longjmp(decoder->landing, 1);
}

// libjpeg fills in grey for what is missing or unreadable, and warns. Such a picture is damaged; not so
// one with a few bytes too many between its parts, which cameras write.
static void warn(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
  case JWRN_EXTRANEOUS_DATA:
  case JWRN_ADOBE_XFORM:
  case JWRN_JFIF_MAJOR:
  case JWRN_TOO_MUCH_DATA: return;
  default: fail(info);
  }
}

static void check_scans(j_common_ptr info) {
  if (((j_decompress_ptr)info)->input_scan_number <= scan_limit) return;
  jpeg_decoder *decoder = info->client_data;
  snprintf(decoder->message, sizeof decoder->message, "more than %d scans", scan_limit);
  longjmp(decoder->landing, 1);
}

jpeg_decoder *jpeg_decoder_create(const uint8_t *bytes, size_t count) {
  jpeg_decoder *decoder = calloc(1, sizeof *decoder);
  if (!decoder) return NULL;
  decoder->info.err = jpeg_std_error(&decoder->errors);
  decoder->errors.error_exit = fail;
  decoder->errors.emit_message = warn;
  decoder->info.client_data = decoder;
  if (setjmp(decoder->landing)) {
    jpeg_decoder_free(decoder);
    return NULL;
  }
  jpeg_create_decompress(&decoder->info);
  // That clears all but what it is to know of errors.
  decoder->info.client_data = decoder;
  decoder->progress.progress_monitor = check_scans;
  decoder->info.progress = &decoder->progress;
  jpeg_mem_src(&decoder->info, bytes, count);
  return decoder;
}

void jpeg_decoder_free(jpeg_decoder *decoder) {
  jpeg_destroy_decompress(&decoder->info);
  free(decoder);
}

bool jpeg_decoder_read_header(jpeg_decoder *decoder, uint32_t *height, uint32_t *width) {
  if (setjmp(decoder->landing)) return false;
  jpeg_read_header(&decoder->info, TRUE);
  *height = decoder->info.image_height;
  *width = decoder->info.image_width;
  return true;
}

bool jpeg_decoder_start(
    jpeg_decoder *decoder, int eighths, uint32_t *height, uint32_t *width, int *channels,
    bool *is_inverted) {
  j_decompress_ptr info = &decoder->info;
  if (setjmp(decoder->landing)) return false;
  switch (info->jpeg_color_space) {
  case JCS_GRAYSCALE: info->out_color_space = JCS_GRAYSCALE; break;
  case JCS_CMYK:
  case JCS_YCCK: info->out_color_space = JCS_CMYK; break;
  default: info->out_color_space = JCS_RGB; break;
  }
  info->scale_num = eighths;
  info->scale_denom = 8;
  jpeg_start_decompress(info);
  *height = info->output_height;
  *width = info->output_width;
  *channels = info->output_components;
  *is_inverted = info->saw_Adobe_marker;
  return true;
}

bool jpeg_decoder_read_samples(jpeg_decoder *decoder, uint8_t *samples) {
  j_decompress_ptr info = &decoder->info;
  if (setjmp(decoder->landing)) return false;
  size_t row_size = (size_t)info->output_width * info->output_components;
  while (info->output_scanline < info->output_height) {
    JSAMPROW row = samples + info->output_scanline * row_size;
    jpeg_read_scanlines(info, &row, 1);
  }
  jpeg_finish_decompress(info);
  return true;
}

const char *jpeg_decoder_message(const jpeg_decoder *decoder) { return decoder->message; }

#else

jpeg_decoder *jpeg_decoder_create(const uint8_t *bytes, size_t count) {
  (void)bytes;
  (void)count;
  return NULL;
}

#endif
