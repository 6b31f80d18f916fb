"""Diagrams: BPMN files in, plain values and pictures out. The only package that touches lxml."""
