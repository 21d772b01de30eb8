#include "cli/progress.h"

#include <time.h>
#include <unistd.h>

static const u64 SHOWN_AFTER_NS = 1000000000, REDRAWN_AFTER_NS = 50000000;
enum { BAR_CHARS = 30 };

static u64 now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (u64)now.tv_sec * 1000000000u + (u64)now.tv_nsec;
}

void progress_begin(Progress *progress, const char *what) {
    *progress = (Progress){.what = what, .begun_ns = now_ns()};
    progress->is_terminal = isatty(STDERR_FILENO);
    int fd = dup(STDERR_FILENO);
    progress->out = fd >= 0 ? fdopen(fd, "w") : NULL;
}

void progress_step(Progress *progress, u32 thousandths) {
    u64 now = now_ns();
    if (!progress->out || now - progress->begun_ns < SHOWN_AFTER_NS) return;
    if (!progress->is_terminal) {
        if (!progress->is_shown) fprintf(progress->out, "rac: %s (once)\n", progress->what);
        fflush(progress->out);
        progress->is_shown = true;
        return;
    }
    if (now - progress->drawn_ns < REDRAWN_AFTER_NS) return;
    progress->drawn_ns = now;
    progress->is_shown = true;
    char bar[BAR_CHARS + 1] = {0};
    for (u32 i = 0; i < BAR_CHARS; i++)
        bar[i] = i * 1000 < thousandths * BAR_CHARS ? '#' : ' ';
    fprintf(progress->out, "\rrac: %s [%s] %3u%%", progress->what, bar,
            min_u32(thousandths, 1000) / 10);
    fflush(progress->out);
}

void progress_end(Progress *progress) {
    if (progress->is_shown && progress->is_terminal) fputs("\r\033[K", progress->out);
    if (progress->out) fclose(progress->out);
    progress->out = NULL;
}
