// Visiting the direct children of HIR nodes.
#include "infer/infer_internal.h"

static void visit_list(HirVisit *v, const HirBody *b, HirList list) {
    for (u32 i = 0; i < list.count; i++)
        v->expr(v, b, (HirExpr){hir_listed(b, list, i)});
}

static void visit(HirVisit *v, const HirBody *b, HirExpr e) {
    if (e.id) v->expr(v, b, e);
}

static void visit_pat(HirVisit *v, const HirBody *b, HirPat p) {
    if (p.id && v->pat) v->pat(v, b, p);
}

void hir_walk_expr(HirVisit *v, const HirBody *b, HirExpr e) {
    const HirExprRow *row = hir_expr(b, e);
    switch ((HirExprKind)row->kind) {
    case HIR_ERR:
    case HIR_LIT:
    case HIR_PATH:
    case HIR_CONTINUE:
    case HIR_INLINE_CONST:
    case HIR_OFFSET_OF:
    case HIR_UNSUPPORTED: break;
    case HIR_CALL:
        visit(v, b, row->call.callee);
        visit_list(v, b, row->call.args);
        break;
    case HIR_METHOD_CALL:
        visit(v, b, row->method.receiver);
        visit_list(v, b, row->method.args);
        break;
    case HIR_TUPLE:
    case HIR_ARRAY: visit_list(v, b, row->elems); break;
    case HIR_REPEAT: visit(v, b, row->repeat.elem); break;
    case HIR_STRUCT:
        for (u32 i = 0; i < row->structure.fields.count; i++)
            visit(v, b,
                  (HirExpr){HIR_AT(b, HirField, fields, row->structure.fields.first + i)->value});
        visit(v, b, row->structure.base);
        break;
    case HIR_UNARY:
    case HIR_ADDR_OF:
    case HIR_DROP_TEMPS: visit(v, b, row->bin.a); break;
    case HIR_BINARY:
    case HIR_ASSIGN:
    case HIR_ASSIGN_OP:
    case HIR_INDEX:
        visit(v, b, row->bin.a);
        visit(v, b, row->bin.b);
        break;
    case HIR_FIELD: visit(v, b, row->field.expr); break;
    case HIR_CAST: visit(v, b, row->cast.expr); break;
    case HIR_IF:
        visit(v, b, row->branch.cond);
        visit(v, b, row->branch.then);
        visit(v, b, row->branch.els);
        break;
    case HIR_LET:
        visit(v, b, row->let.init);
        visit_pat(v, b, row->let.pat);
        break;
    case HIR_LOOP: visit(v, b, row->loop.body); break;
    case HIR_MATCH:
        visit(v, b, row->match.scrutinee);
        for (u32 i = 0; i < row->match.arms.count; i++) {
            const HirArm *arm = HIR_AT(b, HirArm, arms, row->match.arms.first + i);
            visit_pat(v, b, arm->pat);
            visit(v, b, arm->guard);
            visit(v, b, arm->body);
        }
        break;
    case HIR_BLOCK:
        for (u32 i = 0; i < row->block.stmts.count; i++) {
            const HirStmt *stmt = HIR_AT(b, HirStmt, stmts, row->block.stmts.first + i);
            visit(v, b, stmt->expr);
            if (stmt->kind == STMT_LET) {
                visit_pat(v, b, stmt->pat);
                visit(v, b, stmt->els);
            }
        }
        visit(v, b, row->block.tail);
        break;
    case HIR_BREAK: visit(v, b, row->jump.value); break;
    case HIR_RETURN: visit(v, b, row->value); break;
    case HIR_CLOSURE: {
        const HirClosure *c = HIR_AT(b, HirClosure, closures, row->closure);
        for (u32 i = 0; i < c->params.count; i++)
            visit_pat(v, b, HIR_AT(b, HirParamPat, params, c->params.first + i)->pat);
        visit(v, b, c->body);
        break;
    }
    }
}

void hir_walk_pat(HirVisit *v, const HirBody *b, HirPat id) {
    const HirPatRow *p = hir_pat(b, id);
    HirList list = {0, 0};
    switch ((HirPatKind)p->kind) {
    case HIR_PAT_BINDING: visit_pat(v, b, p->binding.sub); break;
    case HIR_PAT_TUPLE_STRUCT: list = p->tuple_struct.elems; break;
    case HIR_PAT_STRUCT:
        for (u32 i = 0; i < p->structure.fields.count; i++)
            visit_pat(v, b,
                      (HirPat){HIR_AT(b, HirField, fields, p->structure.fields.first + i)->value});
        break;
    case HIR_PAT_TUPLE:
    case HIR_PAT_OR: list = p->seq.elems; break;
    case HIR_PAT_SLICE:
        list = p->seq.elems;
        visit_pat(v, b, p->seq.rest_pat);
        break;
    case HIR_PAT_REF:
    case HIR_PAT_BOX:
    case HIR_PAT_DEREF: visit_pat(v, b, p->inner); break;
    case HIR_PAT_ERR:
    case HIR_PAT_WILD:
    case HIR_PAT_PATH:
    case HIR_PAT_LIT:
    case HIR_PAT_RANGE:
    case HIR_PAT_NEVER: break;
    }
    for (u32 i = 0; i < list.count; i++)
        visit_pat(v, b, (HirPat){hir_listed(b, list, i)});
}
