// Scopes: what is dropped where, on every way out.
//
// A scope is a list of scheduled drops and storage ends. Falling out of it (scope_pop) emits them
// in reverse order; leaving by break, return or a failed condition (exit_scopes) goes through
// blocks that are shared between equal exits; unwinding goes through a chain of cleanup blocks that
// is shared as a tree, each entry keeping the block that drops it and everything outside of it.

#include "mir/mir_internal.h"

u32 scope_push(MirBuild *b) {
    vec_push(b->scratch, &b->scopes, (Scope){0});
    return b->scopes.count - 1;
}

static void forget_unwind(MirBuild *b, u32 from_scope) {
    for (u32 i = from_scope; i < b->scopes.count; i++) {
        Scope *scope = &b->scopes.at[i];
        for (u32 k = 0; k < scope->drops.count; k++)
            scope->drops.at[k].has_unwind = false;
    }
}

static void schedule(MirBuild *b, u32 scope, MirLocal local, bool is_value) {
    if (scope == SCOPE_NEVER) return;
    CHECK(scope < b->scopes.count);
    vec_push(b->scratch, &b->scopes.at[scope].drops,
             (DropEntry){.local = local, .is_value = is_value});
    if (is_value) forget_unwind(b, scope + 1);
}

void schedule_drop(MirBuild *b, u32 scope, MirLocal local, Ty ty) {
    if (ty_drops(b, ty)) schedule(b, scope, local, true);
}

void schedule_storage(MirBuild *b, u32 scope, MirLocal local, Ty ty) {
    if (storage_matters(b, ty)) schedule(b, scope, local, false);
}

static MirBlock resume_block(MirBuild *b) {
    if (b->resume_block.id == UINT32_MAX) {
        b->resume_block = block_new(b);
        block_at(b, b->resume_block)->is_cleanup = true;
        terminate_block(b, b->resume_block, MIR_RESUME);
    }
    return b->resume_block;
}

// The shared block that drops `entry` (or ends its storage) and goes on to `next`.
static MirBlock exit_node(MirBuild *b, MirBlock next, DropEntry entry, MirBlock unwind,
                          bool is_cleanup) {
    u32 key = entry.local.id << 1 | entry.is_value;
    for (u32 i = block_at(b, next)->exit_head; i; i = b->exits.at[i - 1].next) {
        ExitNode *node = &b->exits.at[i - 1];
        if (node->drop_key == key && node->unwind.id == unwind.id) return node->block;
    }
    MirBlock block = block_new(b);
    block_at(b, block)->is_cleanup = is_cleanup;
    MirPlace place = place_local(entry.local);
    if (entry.is_value) {
        MirTerm *term = terminate_block(b, block, MIR_DROP);
        term->place = place;
        term->target = next;
        term->unwind = unwind;
    } else {
        vec_push(b->scratch, &block_at(b, block)->stmts,
                 (MirStmt){.kind = MIR_STORAGE_DEAD, .lo = b->lo, .place = place});
        terminate_block(b, block, MIR_GOTO)->target = next;
    }
    vec_push(b->scratch, &b->exits,
             (ExitNode){.drop_key = key,
                        .unwind = unwind,
                        .block = block,
                        .next = block_at(b, next)->exit_head});
    block_at(b, next)->exit_head = b->exits.count;
    return block;
}

MirBlock unwind_block(MirBuild *b) {
    // From the innermost entry out to the first that knows its block; then back in.
    MirBlock next = MIR_NO_BLOCK;
    u32 first_scope = 0, first_drop = 0;
    bool found = false;
    for (u32 i = b->scopes.count; i-- > 0 && !found;) {
        const Scope *scope = &b->scopes.at[i];
        for (u32 k = scope->drops.count; k-- > 0;) {
            if (scope->drops.at[k].has_unwind) {
                next = scope->drops.at[k].unwind;
                first_scope = i;
                first_drop = k + 1;
                found = true;
                break;
            }
        }
    }
    for (u32 i = first_scope; i < b->scopes.count; i++) {
        for (u32 k = i == first_scope ? first_drop : 0; k < b->scopes.at[i].drops.count; k++) {
            DropEntry entry = b->scopes.at[i].drops.at[k];
            if (!entry.is_value) continue;
            MirBlock to = next.id == UINT32_MAX ? resume_block(b) : next;
            next = exit_node(b, to, entry, MIR_NO_BLOCK, true);
            b->scopes.at[i].drops.at[k].has_unwind = true;
            b->scopes.at[i].drops.at[k].unwind = next;
        }
    }
    return next;
}

static void scope_pop(MirBuild *b) {
    u32 top = b->scopes.count - 1;
    while (b->scopes.at[top].drops.count) {
        DropEntry entry = vec_pop(&b->scopes.at[top].drops);
        if (entry.is_value) {
            MirBlock next = block_new(b);
            MirBlock unwind = unwind_block(b);
            MirTerm *term = terminate(b, MIR_DROP);
            term->place = place_local(entry.local);
            term->target = next;
            term->unwind = unwind;
            b->cur = next;
        } else {
            emit_stmt(b, (MirStmt){.kind = MIR_STORAGE_DEAD,
                                   .lo = b->lo,
                                   .place = place_local(entry.local)});
        }
    }
    b->scopes.count--;
}

void scope_pop_to(MirBuild *b, u32 depth) {
    while (b->scopes.count > depth)
        scope_pop(b);
}

void exit_scopes(MirBuild *b, u32 depth, MirBlock target) {
    (void)unwind_block(b); // every entry knows its block now
    MirBlock unwind = MIR_NO_BLOCK;
    for (u32 i = 0; i < depth && i < b->scopes.count; i++) {
        const Scope *scope = &b->scopes.at[i];
        for (u32 k = 0; k < scope->drops.count; k++) {
            if (scope->drops.at[k].is_value) unwind = scope->drops.at[k].unwind;
        }
    }
    MirBlock next = target;
    for (u32 i = depth; i < b->scopes.count; i++) {
        for (u32 k = 0; k < b->scopes.at[i].drops.count; k++) {
            DropEntry entry = b->scopes.at[i].drops.at[k];
            next = exit_node(b, next, entry, entry.is_value ? unwind : MIR_NO_BLOCK, false);
            if (entry.is_value) unwind = entry.unwind;
        }
    }
    emit_goto(b, next);
    start_dead_block(b);
}

TempScope temps_begin(MirBuild *b) {
    TempScope scope = {.saved_temp = b->temp_scope, .depth = b->scopes.count};
    b->temp_scope = scope_push(b);
    return scope;
}

void temps_end(MirBuild *b, TempScope scope) {
    scope_pop_to(b, scope.depth);
    b->temp_scope = scope.saved_temp;
}

u32 temp_scope_of(MirBuild *b, HirExpr e) {
    u32 ext = b->ext[e.id];
    if (ext == EXT_NONE) return b->temp_scope;
    return ext == EXT_NEVER ? SCOPE_NEVER : ext - 2;
}
