"""Shapes, joins and views."""
