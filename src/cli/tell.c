#include "cli/tell.h"

#include "watch/events.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void put_json_text(FILE *out, Str text) {
    fputc('"', out);
    for (u32 i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c == '\n')
            fputs("\\n", out);
        else if (c < 0x20)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

static void put_json(FILE *out, const char *event, const Field *fields, u32 count) {
    fprintf(out, "{\"event\":\"%s\"", event);
    for (u32 i = 0; i < count; i++) {
        fprintf(out, ",\"%s\":", fields[i].name);
        if (fields[i].text)
            put_json_text(out, str_from(fields[i].text));
        else
            fprintf(out, "%.10g", fields[i].number);
    }
    fputs("}\n", out);
}

void tell(const CliArgs *args, const char *event, const Field *fields, u32 count,
          const char *format, ...) {
    char *line = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&line, &bytes);
    CHECK(out);
    if (args->json) {
        put_json(out, event, fields, count);
    } else {
        bool colour = cli_colour(args);
        if (colour) fputs("\033[2m", out);
        va_list list;
        va_start(list, format);
        vfprintf(out, format, list);
        va_end(list);
        // The rest of the line is cleared: the program may have drawn there.
        if (colour) fputs("\033[0m\033[K", out);
        fputc('\n', out);
    }
    fclose(out);
    fwrite(line, 1, bytes, stderr);
    fflush(stderr);
    free(line);
}

double ms_since(u64 ns) {
    return (double)(watch_now_ns() - ns) / 1e6;
}
