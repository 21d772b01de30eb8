#define _GNU_SOURCE
#include "cli/keyboard.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

void keyboard_take(Keyboard *keyboard, bool with_pipes) {
    *keyboard = (Keyboard){.fd = -1};
    keyboard->is_terminal = isatty(0) && tcgetattr(0, &keyboard->before) == 0;
    if (!keyboard->is_terminal && !with_pipes) return;
    int empty = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (empty < 0) return;
    keyboard->fd = fcntl(0, F_DUPFD_CLOEXEC, 3);
    if (keyboard->is_terminal) {
        struct termios raw = keyboard->before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        tcsetattr(keyboard->fd, TCSANOW, &raw);
    }
    dup2(empty, 0);
    close(empty);
}

void keyboard_give_back(Keyboard *keyboard) {
    if (keyboard->fd < 0) return;
    if (keyboard->is_terminal) tcsetattr(keyboard->fd, TCSANOW, &keyboard->before);
    dup2(keyboard->fd, 0);
    close(keyboard->fd);
    keyboard->fd = -1;
}

static sigset_t quit_set(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

void quit_signals(int how) {
    sigset_t set = quit_set();
    pthread_sigmask(how, &set, NULL);
}

bool is_quit_signal(int number) {
    sigset_t set = quit_set();
    return sigismember(&set, number) == 1;
}
