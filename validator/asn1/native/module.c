/* The Python module `_native`: what is read of DER most often, in the stable interface of CPython 3.11.
 *
 * Each function gives the exact answer or None. None sends the caller to the form in Python, which reads whatever is
 * unusual and says what is wrong with what is no DER; so nothing is refused here. */
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include "walk.h"

/* False, without an exception, for what is no `bytes`. */
static bool octets_of(PyObject *object, struct octets *found)
{
    char *data;
    Py_ssize_t size;
    if (!PyBytes_Check(object) || PyBytes_AsStringAndSize(object, &data, &size) < 0)
        return false;
    *found = (struct octets){.data = (const uint8_t *)data, .size = (size_t)size};
    return true;
}

static PyObject *certificate(PyObject *module, PyObject *data)
{
    (void)module;
    struct octets in;
    size_t parts[PARTS];
    if (!octets_of(data, &in) || !walk_certificate(in, parts))
        Py_RETURN_NONE;
    PyObject *found = PyTuple_New(PARTS);
    for (Py_ssize_t i = 0; found != NULL && i < PARTS; i++) {
        PyObject *number = PyLong_FromSize_t(parts[i]);
        if (number == NULL || PyTuple_SetItem(found, i, number) < 0)
            Py_CLEAR(found);
    }
    return found;
}

/* An instance of `type`, a subclass of tuple without fields of its own in C: (tag, start, value, end). */
static PyObject *element_object(PyTypeObject *type, const struct element *one)
{
    size_t numbers[] = {one->tag, one->start, one->value, one->end};
    PyObject *made = PyType_GenericAlloc(type, 4);
    for (Py_ssize_t i = 0; made != NULL && i < 4; i++) {
        PyObject *number = PyLong_FromSize_t(numbers[i]);
        if (number == NULL || PyTuple_SetItem(made, i, number) < 0)
            Py_CLEAR(made);
    }
    return made;
}

/* The elements one after the other from `start` to `end`, at most `limit`: as objects of `type`, or as their complete
 * encodings where it is NULL. None where they do not fill the range exactly. */
static PyObject *list_of(PyTypeObject *type, struct octets in, size_t start, size_t end, size_t limit)
{
    PyObject *found = PyList_New(0);
    for (size_t count = 0; found != NULL && start < end; count++) {
        struct element one;
        if (count == limit || !read_element(in, start, end, &one)) {
            Py_DECREF(found);
            Py_RETURN_NONE;
        }
        PyObject *made = type != NULL
            ? element_object(type, &one)
            : PyBytes_FromStringAndSize((const char *)in.data + one.start, (Py_ssize_t)(one.end - one.start));
        if (made == NULL || PyList_Append(found, made) < 0)
            Py_CLEAR(found);
        Py_XDECREF(made);
        start = one.end;
    }
    return found;
}

static PyObject *in_range(PyTypeObject *type, PyObject *const *arguments)
{
    struct octets in;
    if (!octets_of(arguments[0], &in))
        Py_RETURN_NONE;
    size_t start = PyLong_AsSize_t(arguments[1]), end = PyLong_AsSize_t(arguments[2]);
    size_t limit = PyLong_AsSize_t(arguments[3]);
    if (PyErr_Occurred())
        return NULL;
    if (end > in.size)
        Py_RETURN_NONE;
    return list_of(type, in, start, end, limit);
}

static PyObject *members(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    if (count != 5 || !PyType_Check(arguments[0]) || !PyType_IsSubtype((PyTypeObject *)arguments[0], &PyTuple_Type)) {
        PyErr_SetString(PyExc_TypeError, "members(type, data, start, end, limit)");
        return NULL;
    }
    return in_range((PyTypeObject *)arguments[0], arguments + 1);
}

static PyObject *encodings(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    if (count != 4) {
        PyErr_SetString(PyExc_TypeError, "encodings(data, start, end, limit)");
        return NULL;
    }
    return in_range(NULL, arguments);
}

static PyMethodDef functions[] = {
    {"certificate", certificate, METH_O, NULL},
    {"members", (PyCFunction)(void (*)(void))members, METH_FASTCALL, NULL},
    {"encodings", (PyCFunction)(void (*)(void))encodings, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "_native",
    .m_size = 0,
    .m_methods = functions,
};

PyMODINIT_FUNC PyInit__native(void)
{
    return PyModule_Create(&definition);
}
